import type { Draft } from './draft.js';
import type { OpFailure } from './path.js';
import type { Target } from './target.js';

/** Adds `by` to a number, or to 0 where nothing is. */
export function add(
  draft: Draft,
  op: 'increment' | 'decrement',
  target: Target,
  by: number,
): OpFailure | undefined {
  const { value } = target;
  const current = value === undefined ? 0 : value;
  const type = draft.typeOf(current);
  if (type !== 'number') {
    return { code: `${op}.not_number`, message: `Expected number at path '${target.label}', got ${type}.` };
  }
  const sum = draft.sum(current, by);
  if (sum === undefined) {
    const message = `Cannot ${op} at path '${target.label}': the result cannot be told exactly.`;
    return { code: `${op}.not_exact`, message };
  }
  target.write(sum);
  return undefined;
}
