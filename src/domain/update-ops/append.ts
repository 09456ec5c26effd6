import { type Draft, jsonType } from './draft.js';
import type { OpFailure } from './path.js';
import type { Target } from './target.js';

const mismatch = (message: string): OpFailure => ({ code: 'append.type_mismatch', message });

/** Pushes to an array, concatenates to a string, starts one of the two where nothing or null is. */
export function append(draft: Draft, target: Target, entry: unknown): OpFailure | undefined {
  const { label, value } = target;
  if (value === undefined || value === null) {
    target.write(typeof entry === 'string' ? entry : [entry]);
  } else if (Array.isArray(value)) {
    const list = draft.writable(value);
    list.push(entry);
    target.write(list);
  } else if (typeof value !== 'string') {
    return mismatch(
      `Cannot append at path '${label}': target is ${jsonType(value)}, expected array, string, null, or missing field.`,
    );
  } else if (typeof entry !== 'string') {
    return mismatch(`Expected string append value at path '${label}', got ${jsonType(entry)}.`);
  } else {
    target.write(value + entry);
  }
  return undefined;
}
