import { jsonType } from './draft.js';
import type { OpFailure } from './path.js';
import type { Target } from './target.js';

/** Adds `by` to a number; the sum of two integers must be one that a double holds exactly. */
export function add(op: 'increment' | 'decrement', target: Target, by: number): OpFailure | undefined {
  const { label, value } = target;
  if (value !== undefined && typeof value !== 'number') {
    return {
      code: `${op}.not_number`,
      message: `Expected number at path '${label}', got ${jsonType(value)}.`,
    };
  }
  const current = value ?? 0;
  const sum = current + by;
  if (Number.isInteger(current) && !Number.isSafeInteger(sum)) {
    const message = `Cannot ${op} at path '${label}': the result is past ±${Number.MAX_SAFE_INTEGER}, where numbers are no longer exact.`;
    return { code: `${op}.not_exact`, message };
  }
  target.write(sum);
  return undefined;
}
