import type { ItemAddress } from './change.js';
import { StreamError } from './errors.js';

const LONE_SURROGATE = /\p{Surrogate}/u;
/** Without the `u` flag pairs match too, but a name of Latin-1 characters is not even looked at. */
const ANY_SURROGATE = /[\ud800-\udfff]/;
const MAX_UTF8_BYTES_PER_UNIT = 3;

/**
 * Accepts one name of an address: any non-empty Unicode within the limit.
 *
 * @param field what the name is called on the wire, for the error's sentence
 * @param maxBytes UTF-8 bytes
 * @throws StreamError `invalid_input` (empty, or not well-formed Unicode) or `limit` (too long)
 */
export function checkName(field: string, name: string, maxBytes: number): void {
  if (name === '') throw new StreamError('invalid_input', `${field}: must not be empty`);
  // UTF-8 has no form for half a surrogate pair: such a name would be stored as another one.
  if (ANY_SURROGATE.test(name) && LONE_SURROGATE.test(name)) {
    throw new StreamError(
      'invalid_input',
      `${field}: must be well-formed Unicode, it holds half a surrogate pair`,
    );
  }
  if (name.length * MAX_UTF8_BYTES_PER_UNIT <= maxBytes) return;
  const bytes = Buffer.byteLength(name);
  if (bytes > maxBytes) {
    throw new StreamError('limit', `${field}: is ${bytes} bytes long, at most ${maxBytes} are allowed`);
  }
}

/**
 * Accepts all names of an address; an absent optional one is skipped.
 *
 * @param names by what they are called on the wire
 * @param maxBytes UTF-8 bytes, for each
 * @throws StreamError as `checkName`
 */
export function checkNames(names: Readonly<Record<string, string | undefined>>, maxBytes: number): void {
  for (const field in names) {
    const name = names[field];
    if (name !== undefined) checkName(field, name, maxBytes);
  }
}

/** A text that no two items have in common: names with lengths before them. */
export const addressKey = ({ stream, group, item }: ItemAddress): string =>
  `${stream.length} ${group.length} ${stream}${group}${item}`;
