import type { UpdateOp } from '../../generated/functions.js';
import { isObject, ownField } from './update-ops/draft.js';
import { segmentsOf } from './update-ops/path.js';
import { applyUpdateOps } from './update-ops.js';

/** A number that stands for its neighbours too: what it was before it was parsed cannot be told. */
const isAmbiguous = (value: unknown): boolean => Number.isInteger(value) && !Number.isSafeInteger(value);

const isCounting = (op: UpdateOp): op is Extract<UpdateOp, { readonly by: number }> =>
  op.type === 'increment' || op.type === 'decrement';

/** Its sum may be another one than that of the exact number. */
function isUncertain(value: unknown, op: UpdateOp): boolean {
  if (!isCounting(op)) return false;
  let target = value;
  for (const segment of segmentsOf(op.path))
    target = isObject(target) ? ownField(target, segment) : undefined;
  return isAmbiguous(target) || isAmbiguous(op.by);
}

/**
 * What ops that succeeded elsewhere make of the same value. Undefined when they do not succeed here, or when a double
 * does not hold a number that they add to: the value is another one, and has to be asked for.
 *
 * @param value parsed, and never written to
 */
export function replayOps(value: unknown, ops: readonly UpdateOp[]): { readonly value: unknown } | undefined {
  let current = value;
  for (const op of ops) {
    if (isUncertain(current, op)) return undefined;
    const { value: next, errors } = applyUpdateOps(current, [op]);
    if (errors.length > 0) return undefined;
    current = next;
  }
  return { value: current };
}
