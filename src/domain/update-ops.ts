import type { UpdateOp, UpdateOpError } from '../../generated/functions.js';
import type { JsonText } from '../../generated/json-text.js';
import { StreamError } from './errors.js';
import { inexactNumber, jsonOf } from './json-text.js';
import { add } from './update-ops/add.js';
import { append } from './update-ops/append.js';
import { Draft } from './update-ops/draft.js';
import { merge } from './update-ops/merge.js';
import type { OpFailure } from './update-ops/path.js';
import { findTarget, isFailure } from './update-ops/target.js';

/** What ops made of a value; `errors` names the skipped ones, in order. */
export interface Updated<T> {
  readonly value: T;
  readonly errors: readonly UpdateOpError[];
}

function applyOp(draft: Draft, op: UpdateOp): OpFailure | undefined {
  if (op.type === 'merge') return merge(draft, op.path, op.value);
  const target = findTarget(draft, op.type, op.path);
  if (isFailure(target)) return target;
  switch (op.type) {
    case 'set':
      target.write(op.value ?? null);
      return undefined;
    case 'increment':
      return add(op.type, target, op.by);
    case 'decrement':
      return add(op.type, target, 0 - op.by);
    case 'append':
      return append(draft, target, op.value);
    case 'remove':
      target.erase();
      return undefined;
  }
}

/**
 * Applies `ops` in order to one value; a failed op changes nothing and the others still apply. Pure: neither the
 * value nor the ops are written to, and the result may share parts with both.
 *
 * @param current the parsed value; undefined = the item is missing. When no op succeeds on a missing item, it becomes `{}`.
 */
export function applyUpdateOps(current: unknown, ops: readonly UpdateOp[]): Updated<unknown> {
  const draft = new Draft(current);
  const errors: UpdateOpError[] = [];
  for (const [index, op] of ops.entries()) {
    const failure = applyOp(draft, op);
    if (failure === undefined) draft.missing = false;
    else errors.push({ op_index: index, ...failure });
  }
  return { value: draft.root, errors };
}

const MAX_SHOWN = 128;
const shorten = (text: string): string => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);

function refuseInexact(subject: string, text: JsonText): void {
  const found = inexactNumber(text);
  if (found === undefined) return;
  const place = found.pointer === '' ? 'its root' : shorten(found.pointer);
  const sentence = `${subject} has the number ${shorten(found.lexeme)} at ${place}, which an update cannot keep exactly`;
  throw new StreamError('not_exact', sentence);
}

/**
 * `applyUpdateOps` from text to text. When nothing changed, the very text that came in comes out.
 *
 * @param opsText the text that `ops` was parsed from: doubles no longer show what was written
 * @throws StreamError `not_exact` when a number of the value or of the ops would come out changed
 */
export function applyUpdate(
  currentText: JsonText | undefined,
  ops: readonly UpdateOp[],
  opsText: JsonText,
): Updated<JsonText> {
  refuseInexact('ops', opsText);
  if (currentText === undefined) {
    const { value, errors } = applyUpdateOps(undefined, ops);
    return { value: jsonOf(value), errors };
  }
  refuseInexact("the item's value", currentText);
  const current: unknown = JSON.parse(currentText);
  const { value, errors } = applyUpdateOps(current, ops);
  return { value: value === current ? currentText : jsonOf(value), errors };
}
