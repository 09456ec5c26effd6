import { type Draft, isObject, type JsonObject, jsonType, ownField } from './draft.js';
import { checkFieldPath, type OpFailure, type TargetOp } from './path.js';

/** Where set, increment, decrement, append and remove work: the root or one first-level field of it. */
export interface Target {
  /** What messages call it: `root` or the field. */
  readonly label: string;
  /** What is there now; undefined when nothing is. */
  readonly value: unknown;
  write(value: unknown): void;
  erase(): void;
}

const rootTarget = (draft: Draft): Target => ({
  label: 'root',
  value: draft.missing ? undefined : draft.root,
  write(value) {
    draft.root = value;
  },
  erase() {
    draft.root = null;
  },
});

function fieldTarget(draft: Draft, root: JsonObject, field: string): Target {
  const own = (): JsonObject => {
    const copy = draft.writable(root);
    draft.root = copy;
    return copy;
  };
  return {
    label: field,
    value: ownField(root, field),
    write(value) {
      own()[field] = value;
    },
    erase() {
      if (Object.hasOwn(root, field)) delete own()[field];
    },
  };
}

/** Finds what `path` names, or says why an op cannot work there. */
export function findTarget(draft: Draft, op: TargetOp['type'], path: string): Target | OpFailure {
  if (path === '') return rootTarget(draft);
  const failure = checkFieldPath(op, path);
  if (failure !== undefined) return failure;
  if (isObject(draft.root)) return fieldTarget(draft, draft.root, path);
  return {
    code: `${op}.target_not_object`,
    message: `Cannot ${op} at path '${path}': target is ${jsonType(draft.root)}, expected object.`,
  };
}

export const isFailure = (found: Target | OpFailure): found is OpFailure => 'code' in found;
