import type { Draft } from './draft.js';
import type { OpFailure } from './path.js';
import type { Target } from './target.js';

const mismatch = (message: string): OpFailure => ({ code: 'append.type_mismatch', message });

/** Pushes to an array, concatenates to a string, starts one of the two where nothing or null is. */
export function append(draft: Draft, target: Target, entry: unknown): OpFailure | undefined {
  const { value } = target;
  const type = draft.typeOf(value);
  const entryType = draft.typeOf(entry);
  if (type === 'null') {
    target.write(entryType === 'string' ? entry : draft.own([entry]));
  } else if (type !== 'array' && type !== 'string') {
    return mismatch(
      `Cannot append at path '${target.label}': target is ${type}, expected array, string, null, or missing field.`,
    );
  } else if (type === 'string' && entryType !== 'string') {
    return mismatch(`Expected string append value at path '${target.label}', got ${entryType}.`);
  } else {
    draft.hasGrownString ||= type === 'string';
    target.write(draft.grown(value, entry));
  }
  return undefined;
}
