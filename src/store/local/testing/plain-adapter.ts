import { setImmediate as tick } from 'node:timers/promises';
import type { KeyvStoreAdapter } from 'keyv';

/** What every adapter has to have, and nothing that only some have: no `setMany`, keys unprefixed, namespace ignored. */
export function plainAdapter(
  records: Map<string, string>,
  change: (key: string) => string = (key) => key,
): KeyvStoreAdapter {
  return {
    opts: { url: '', dialect: '' },
    namespace: undefined,
    on() {
      return this;
    },
    async get(key: string) {
      return records.get(change(key));
    },
    async set(key: string, value: string) {
      records.set(change(key), value);
    },
    async delete(key: string) {
      return records.delete(change(key));
    },
    async clear() {},
    async *iterator(namespace: string) {
      for (const entry of records) if (entry[0].startsWith(`${namespace}:`)) yield entry;
    },
  } as unknown as KeyvStoreAdapter;
}

/** What befalls a table. */
export interface TableFaults {
  /** Every statement fails with it. */
  away?: Error | undefined;
  /** Fails a statement of its own accord, unless it reads. A deletion has an empty value. */
  refuses?: (key: string, value: string) => string | undefined;
  /** Turns of the event loop until a statement runs, counted from when it is sent. @default 1 */
  turns?: (key: string) => number;
}

/**
 * A table as `@keyv/mysql` has it: each record is a statement of its own, they run side by side, and one that fails
 * stops no other.
 */
export function tableAdapter(records: Map<string, string>, faults: TableFaults = {}): KeyvStoreAdapter {
  const plain = plainAdapter(records);
  const run = async (key: string, value?: string) => {
    const refused = faults.away ?? (value === undefined ? undefined : faults.refuses?.(key, value));
    for (let n = refused === undefined ? (faults.turns?.(key) ?? 1) : 1; n > 0; n--) await tick();
    if (refused !== undefined) throw refused instanceof Error ? refused : new Error(refused);
  };
  return {
    ...plain,
    async set(key: string, value: string) {
      await run(key, value);
      return plain.set(key, value);
    },
    async delete(key: string) {
      await run(key, '');
      return plain.delete(key);
    },
    async get(key: string) {
      await run(key);
      return plain.get(key);
    },
    async disconnect() {},
  } as unknown as KeyvStoreAdapter;
}
