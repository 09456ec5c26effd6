import type { MergePath } from '../../../generated/functions.js';
import { type Draft, type JsonObject, ownField } from './draft.js';
import { checkPath, labelOf, type OpFailure, segmentsOf, type TargetOp } from './path.js';

/** Where set, increment, decrement, append and remove work. */
export interface Target {
  /** What messages call it: `root`, the field, or the path. */
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
    draft.replaceRoot(value);
  },
  erase() {
    draft.replaceRoot(null);
  },
});

/** A field of the object that the segments before the last one name, or would name. */
class FieldTarget implements Target {
  readonly value: unknown;
  readonly #draft: Draft;
  readonly #segments: readonly string[];

  constructor(draft: Draft, segments: readonly string[], value: unknown) {
    this.#draft = draft;
    this.#segments = segments;
    this.value = value;
  }

  get label(): string {
    return labelOf(this.#segments);
  }

  write(value: unknown): void {
    this.#owner()[this.#segments.at(-1)!] = value;
  }

  erase(): void {
    if (this.value !== undefined) delete this.#owner()[this.#segments.at(-1)!];
  }

  #owner(): Record<string, unknown> {
    return this.#draft.descend(this.#segments.slice(0, -1));
  }
}

/**
 * Finds what `path` names, or says why an op cannot work there: what is there on the way has to be an object, what is
 * missing is made when it is written to (D61).
 */
export function findTarget(
  draft: Draft,
  op: TargetOp['type'],
  path: MergePath | null | undefined,
): Target | OpFailure {
  const segments = segmentsOf(path);
  if (segments.length === 0) return rootTarget(draft);
  const failure = checkPath(op, segments);
  if (failure !== undefined) return failure;
  let object = draft.object(draft.root);
  for (const [index, segment] of segments.entries()) {
    if (object === undefined) return misfit(draft, op, segments, index);
    const value = ownField(object, segment);
    if (value === undefined || index === segments.length - 1) return new FieldTarget(draft, segments, value);
    object = draft.child(object, segment);
  }
  throw new Error('a path without segments is the root');
}

/** What stands where the object of the segment at `index` should. */
function misfit(draft: Draft, op: TargetOp['type'], segments: readonly string[], index: number): OpFailure {
  let value = draft.root;
  for (const segment of segments.slice(0, index)) value = ownField(value as JsonObject, segment);
  const what = index === 0 ? 'target' : `segment ${index - 1}`;
  const message = `Cannot ${op} at path '${labelOf(segments)}': ${what} is ${draft.typeOf(value)}, expected object.`;
  return { code: `${op}.target_not_object`, message };
}

export const isFailure = (found: Target | OpFailure): found is OpFailure => 'code' in found;
