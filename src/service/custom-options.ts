import { StreamError } from '../domain/errors.js';

/** Fields of writes, and of reads, that a custom stream's worker does not know. */
export const WRITE_FIELDS = [
  'if_rev',
  'if_value',
  'if_absent',
  'if_exists',
  'idempotency_key',
  'return',
  'ttl_ms',
  'owner',
] as const;
export const READ_FIELDS = ['items', 'limit', 'after'] as const;

/** @throws StreamError `invalid_input`, naming the first of `names` that the caller used: it must not be ignored */
export function refuseFields(fields: object, names: readonly string[]): void {
  for (const name of names) {
    if ((fields as Readonly<Record<string, unknown>>)[name] !== undefined)
      throw new StreamError('invalid_input', `${name}: is not offered by a custom stream`);
  }
}
