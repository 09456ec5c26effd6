import { createHash, randomBytes } from 'node:crypto';
import type { Keyv } from 'keyv';
import { LocalError, messageOf } from '../../domain/errors.js';

/** Keys that a probe leaves behind when the process ends in it; no records. */
export const PROBE_PREFIX = 'm/probe/';

/** Milliseconds in which a backend has to reply, so that a start fails within 10 s. */
const TIMEOUT = 7_000;

/** Not ASCII, with what SQL quotes, and longer than what 16 bits count. */
const TEXT = '→é😀\'"\\'.repeat(10_000);

/** Characters of the namespace and its colon, which Keyv puts before a key. */
const NAMESPACED = 11;
/**
 * Lengths of keys to try. The first is beyond what three names of 512 bytes can make; the others are what an index entry
 * of PostgreSQL holds, and columns that people make, down to what the adapters make by themselves.
 */
const KEY_LENGTHS = [4_700, ...[3_072, 2_600, 2_048, 1_536, 1_024, 768, 512, 255].map((n) => n - NAMESPACED)];
/** Such that a compressed index cannot hold more of it. */
const longKey = (prefix: string): string =>
  prefix + createHash('shake256', { outputLength: 4_000 }).update('').digest('base64url');

/** What a probe found out. */
export interface Fitness {
  /** Characters of the longest key that is sure to be kept; Infinity when no name is too long. */
  readonly maxKeyLength: number;
}

/**
 * Finds out whether a backend keeps what it is given: an adapter may reply before it is connected, a table may compare
 * keys without case or cut long values and keys off.
 *
 * @param failure the last error that the adapter emitted instead of throwing it
 * @throws LocalError `store_uri` with what is wrong
 */
export async function probe(name: string, keyv: Keyv<string>, failure: () => unknown): Promise<Fitness> {
  const timeout = AbortSignal.timeout(TIMEOUT);
  const late = new Promise<never>((_, reject) => {
    timeout.addEventListener('abort', () => reject(new Error(`no answer within ${TIMEOUT} ms`)));
  });
  try {
    const found = await Promise.race([late, roundTrip(keyv)]);
    if (typeof found === 'string') {
      throw new LocalError('store_uri', `${name} cannot keep this store: ${found}.`);
    }
    return { maxKeyLength: found };
  } catch (error) {
    if (error instanceof LocalError) throw error;
    const emitted = failure();
    const thrown = messageOf(error);
    const before =
      emitted === undefined || messageOf(emitted) === thrown ? '' : ` (before that: ${messageOf(emitted)})`;
    throw new LocalError('store_uri', `${name} cannot be used: ${thrown}${before}.`, { cause: error });
  }
}

/** Resolves with what is wrong, or the length of the longest key. Rejects when the backend does not work at all. */
async function roundTrip(keyv: Keyv<string>): Promise<string | number> {
  // Of its own: several processes may probe at once.
  const prefix = `${PROBE_PREFIX}${randomBytes(9).toString('hex')}/`;
  // Differ in case only.
  const lower = `${prefix}a`;
  const upper = `${prefix}A`;
  await keyv.setMany([
    { key: lower, value: 'a' },
    { key: upper, value: 'A' },
  ]);
  const gotLower = await keyv.get(lower);
  const gotUpper = await keyv.get(upper);
  if (gotUpper !== undefined && gotLower === gotUpper)
    return 'it does not keep keys apart that differ in case only';
  if (gotLower !== 'a' || gotUpper !== 'A') return 'a value was not there after it was written';
  const bytes = Buffer.byteLength(TEXT);
  try {
    await keyv.setMany([{ key: lower, value: TEXT }]);
  } catch (error) {
    return `it refuses a text of ${bytes} bytes, not all ASCII: ${messageOf(error)}`;
  }
  if ((await keyv.get(lower)) !== TEXT) return `a text of ${bytes} bytes came back changed`;
  await keyv.delete([lower, upper]);
  if ((await keyv.get(lower)) !== undefined) return 'a value was still there after it was deleted';
  return (await longestKey(keyv, longKey(prefix))) ?? `it takes no keys of ${KEY_LENGTHS.at(-1)} characters`;
}

async function longestKey(keyv: Keyv<string>, longest: string): Promise<number | undefined> {
  for (const length of KEY_LENGTHS) {
    const key = longest.slice(0, length);
    const value = String(length);
    const isKept = await keyv.setMany([{ key, value }]).then(
      async () => (await keyv.get(key)) === value,
      () => false,
    );
    if (!isKept) continue;
    await keyv.delete([key]);
    return length === KEY_LENGTHS[0] ? Number.POSITIVE_INFINITY : length;
  }
  return undefined;
}
