import type { UpdateOp, UpdateOpError } from '../../generated/functions.js';
import type { JsonText } from '../../generated/json-text.js';
import { arrayText } from '../wire/json-text.js';
import type { OpsText } from './change.js';
import { StreamError } from './errors.js';
import { elementsOf, inexactNumber, mayBeInexact, sliceField } from './json-text.js';
import { appendText } from './string-append.js';
import { applyToTarget } from './update-ops/apply-op.js';
import { Draft } from './update-ops/draft.js';
import { applyInPlace } from './update-ops/in-place.js';
import { merge } from './update-ops/merge.js';
import type { OpFailure } from './update-ops/path.js';
import { findTarget, isFailure } from './update-ops/target.js';
import { TextDraft, Unparsed } from './update-ops/text-draft.js';

/** What ops made of a value; `errors` names the skipped ones, in order. */
export interface Updated<T> {
  readonly value: T;
  readonly errors: readonly UpdateOpError[];
  /** A string was appended to a string. */
  readonly hasGrownString: boolean;
}

function applyOp(draft: Draft, op: UpdateOp): OpFailure | undefined {
  if (op.type === 'merge') return merge(draft, op.path, op.value);
  const target = findTarget(draft, op.type, op.path);
  if (isFailure(target)) return target;
  return applyToTarget(draft, op, target);
}

function applyTo(draft: Draft, ops: readonly UpdateOp[]): readonly UpdateOpError[] {
  const errors: UpdateOpError[] = [];
  for (const [index, op] of ops.entries()) {
    const failure = applyOp(draft, op);
    if (failure === undefined) draft.missing = false;
    else errors.push({ op_index: index, ...failure });
  }
  return errors;
}

/**
 * Applies `ops` in order to one value; a failed op changes nothing and the others still apply. Pure: neither the
 * value nor the ops are written to, and the result may share parts with both.
 *
 * Numbers are doubles here: where none of the value needs more, and no sum leaves ±(2^53 - 1), the result is what
 * `applyUpdate` makes of the text.
 *
 * @param current the parsed value; undefined = the item is missing. When no op succeeds on a missing item, it becomes `{}`.
 */
export function applyUpdateOps(current: unknown, ops: readonly UpdateOp[]): Updated<unknown> {
  const draft = new Draft(current);
  const errors = applyTo(draft, ops);
  return { value: draft.root, errors, hasGrownString: draft.hasGrownString };
}

/**
 * The ops with those values as text that doubles do not hold as they were written.
 *
 * @param input the text of an object that has the ops as its field `ops`
 * @throws StreamError `not_exact` for a `by` that parsing changed
 */
export function exactOps(input: JsonText, ops: readonly UpdateOp[]): readonly UpdateOp[] {
  const text = mayBeInexact(input) ? sliceField(input, 'ops') : undefined;
  if (text === undefined || inexactNumber(text) === undefined) return ops;
  const texts = elementsOf(text);
  return ops.map((op, index) => exactOp(texts[index]!, op, index));
}

function exactOp(text: JsonText, op: UpdateOp, index: number): UpdateOp {
  if (inexactNumber(text) === undefined) return op;
  if ('value' in op) {
    const value = sliceField(text, 'value');
    return value === undefined ? op : { ...op, value: new Unparsed(value) };
  }
  const by = sliceField(text, 'by');
  if (by === undefined || inexactNumber(by) === undefined) return op;
  throw new StreamError('not_exact', `ops[${index}].by: is an integer only as far as a double tells`);
}

/**
 * `applyUpdateOps` from text to text, exactly: what no op writes to stays as it is written, and integers are added
 * however long they are (D10). When nothing changed, the very text that came in comes out.
 *
 * @param ops as `exactOps` gives them
 */
export function applyUpdate(currentText: JsonText | undefined, ops: readonly UpdateOp[]): Updated<JsonText> {
  const rewritten =
    currentText !== undefined && ops.length === 1 ? applyInPlace(currentText, ops[0]!) : undefined;
  if (rewritten !== undefined) {
    const { text, failure, hasGrownString } = rewritten;
    const errors = failure === undefined ? [] : [{ op_index: 0, ...failure }];
    return { value: text, errors, hasGrownString };
  }
  const draft = new TextDraft(currentText);
  const errors = applyTo(draft, ops);
  const value = draft.isChanged || currentText === undefined ? draft.text : currentText;
  return { value, errors, hasGrownString: draft.hasGrownString };
}

/**
 * Those ops that succeeded: what gives everybody who has the value before the value after.
 *
 * @param input the text of an object that has them as its field `ops`
 * @param updated what applying them came to
 */
export function succeededOps(
  ops: readonly UpdateOp[],
  input: JsonText,
  { errors, hasGrownString }: Omit<Updated<unknown>, 'value'>,
): OpsText {
  const [only] = ops;
  if (errors.length === 0 && ops.length === 1 && only?.type === 'append' && typeof only.value === 'string')
    return { text: appendText(only.path ?? '', only.value), growsString: hasGrownString };
  const text = sliceField(input, 'ops')!;
  if (errors.length === 0) return { text, growsString: false };
  const failed = new Set(errors.map(({ op_index }) => op_index));
  const succeeded = elementsOf(text).filter((_, index) => !failed.has(index));
  return { text: arrayText(succeeded, (op) => op), growsString: false };
}
