import type { Keyv } from 'keyv';
import { LocalError } from '../../domain/errors.js';

/** Keys that a probe leaves behind when the process ends in it; no records. */
export const PROBE_PREFIX = 'm/probe/';

/** Milliseconds in which a backend has to answer, so that a start fails within 10 s. */
const PATIENCE = 7_000;

/** Differ in case only. */
const LOWER = `${PROBE_PREFIX}a`;
const UPPER = `${PROBE_PREFIX}A`;
/** Not ASCII, and longer than what 16 bits count. */
const TEXT = '→é😀'.repeat(10_000);

/**
 * Finds out whether a backend keeps what it is given: an adapter may answer before it is connected, a table may compare
 * keys without case or cut long values off.
 *
 * @param failure the last error that the adapter emitted instead of throwing it
 * @throws LocalError `store_uri` with what is wrong
 */
export async function probe(name: string, keyv: Keyv<string>, failure: () => unknown): Promise<void> {
  const patience = AbortSignal.timeout(PATIENCE);
  const late = new Promise<never>((_, reject) => {
    patience.addEventListener('abort', () => reject(new Error(`no answer within ${PATIENCE} ms`)));
  });
  try {
    const found = await Promise.race([late, roundTrip(keyv)]);
    if (found !== undefined) throw new LocalError('store_uri', `${name} cannot keep this store: ${found}.`);
  } catch (error) {
    if (error instanceof LocalError) throw error;
    const cause = failure() ?? error;
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
    throw new LocalError('store_uri', `${name} cannot be used: ${reason}.`, { cause });
  }
}

async function roundTrip(keyv: Keyv<string>): Promise<string | undefined> {
  await keyv.setMany([
    { key: LOWER, value: TEXT },
    { key: UPPER, value: 'A' },
  ]);
  const lower = await keyv.get(LOWER);
  const upper = await keyv.get(UPPER);
  await keyv.delete([LOWER, UPPER]);
  if (upper !== 'A') return 'a value was not there after it was written';
  if (lower === upper) return 'it does not keep keys apart that differ in case only';
  if (lower !== TEXT) return `a text of ${Buffer.byteLength(TEXT)} bytes came back changed`;
  return undefined;
}
