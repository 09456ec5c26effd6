import type { UpdateOp, UpdateOpError } from '../../generated/functions.js';
import type { JsonText } from '../../generated/json-text.js';
import { arrayText } from '../wire/json-text.js';
import { StreamError } from './errors.js';
import { elementsOf, inexactNumber, jsonOf, mayBeInexact, sliceField } from './json-text.js';
import { appendText } from './string-append.js';
import { applyToTarget } from './update-ops/apply-op.js';
import { Draft } from './update-ops/draft.js';
import { applyInPlace } from './update-ops/in-place.js';
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
  return applyToTarget(draft, op, target);
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
 * Refuses ops that doubles do not hold as they were written.
 *
 * @param input the text of an object that has them as its field `ops`
 * @throws StreamError `not_exact`
 */
export function refuseInexactOps(input: JsonText): void {
  if (!mayBeInexact(input)) return;
  const ops = sliceField(input, 'ops');
  if (ops !== undefined) refuseInexact('ops', ops);
}

/**
 * `applyUpdateOps` from text to text. When nothing changed, the very text that came in comes out.
 *
 * @throws StreamError `not_exact` when a number of the value would come out changed
 */
export function applyUpdate(currentText: JsonText | undefined, ops: readonly UpdateOp[]): Updated<JsonText> {
  if (currentText === undefined) {
    const { value, errors } = applyUpdateOps(undefined, ops);
    return { value: jsonOf(value), errors };
  }
  const rewritten = ops.length === 1 ? applyInPlace(currentText, ops[0]!) : undefined;
  if (rewritten !== undefined) {
    const { text, failure } = rewritten;
    return { value: text, errors: failure === undefined ? [] : [{ op_index: 0, ...failure }] };
  }
  refuseInexact("the item's value", currentText);
  const current: unknown = JSON.parse(currentText);
  const { value, errors } = applyUpdateOps(current, ops);
  return { value: value === current ? currentText : jsonOf(value), errors };
}

/**
 * The text of the array of those ops that succeeded: what gives everybody who has the value before the value after.
 *
 * @param input the text of an object that has them as its field `ops`
 * @param errors what applying them said
 */
export function succeededOps(
  ops: readonly UpdateOp[],
  input: JsonText,
  errors: readonly UpdateOpError[],
): JsonText {
  const [only] = ops;
  if (errors.length === 0 && ops.length === 1 && only?.type === 'append' && typeof only.value === 'string')
    return appendText(only.path ?? '', only.value);
  const text = sliceField(input, 'ops')!;
  if (errors.length === 0) return text;
  const failed = new Set(errors.map(({ op_index }) => op_index));
  return arrayText(
    elementsOf(text).filter((_, index) => !failed.has(index)),
    (op) => op,
  );
}
