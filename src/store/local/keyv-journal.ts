import { Keyv, type KeyvStoreAdapter } from 'keyv';
import { LocalError } from '../../domain/errors.js';
import type { StoreHealth } from '../port.js';
import type { Journal, JournalRecord } from './journal.js';

/**
 * A Keyv whose values are texts that are stored as they are, and whose failures throw. No `error` listener may be
 * attached on this path: with one, Keyv returns false instead of throwing.
 */
export class TextKeyv extends Keyv<string> {
  constructor(
    store: KeyvStoreAdapter,
    options: { readonly namespace: string; readonly useKeyPrefix: boolean },
  ) {
    super(store, {
      ...options,
      serialize: ({ value }) => value as string,
      deserialize: (text) => ({ value: text as never, expires: undefined as never }),
      throwOnErrors: true,
      emitErrors: false,
    });
  }

  /** Rejects when every entry is over: one that is still on its way could land on what is written next. */
  override async setMany(entries: { key: string; value: string }[]): Promise<boolean[]> {
    const { setMany } = this.store as KeyvStoreAdapter;
    if (setMany !== undefined) return super.setMany(entries);
    return allOver(entries.map(({ key, value }) => this.set(key, value)));
  }

  /** The same for deletions. */
  override async deleteMany(keys: string[]): Promise<boolean> {
    const { deleteMany } = this.store as KeyvStoreAdapter;
    if (deleteMany !== undefined) return super.deleteMany(keys);
    return (await allOver(keys.map((key) => this.delete(key)))).every(Boolean);
  }
}

/** As `Promise.all`, but settles no sooner than the last of them. */
async function allOver<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/** What differs between backends behind the same Keyv. */
export interface KeyvBackend {
  /** For logs: the adapter's name. */
  readonly kind: string;
  /** See `Journal`. */
  readonly maxKeyLength: number;
  /** Every key and stored text. Must throw when it cannot read them all. */
  entries(): AsyncIterable<readonly [string, string]>;
  /** A write was not, or not wholly, done. */
  failed(): void;
  health(): StoreHealth;
  /** Tries to recover now, if there is something to recover from. */
  hurry(): void;
  /** The journal is about to close. */
  stop(): void;
}

/** The journal over any Keyv: a commit is one awaited `setMany`, and a batch is not atomic. */
export class KeyvJournal implements Journal {
  readonly kind: string;
  readonly isAtomic = false;
  readonly maxKeyLength: number;
  readonly #keyv: TextKeyv;
  readonly #backend: KeyvBackend;
  /** What a failed write may have overwritten or left behind: it goes out before anything else. */
  readonly #restored = new Map<string, JournalRecord | undefined>();

  constructor(keyv: TextKeyv, backend: KeyvBackend) {
    this.#keyv = keyv;
    this.#backend = backend;
    this.kind = backend.kind;
    this.maxKeyLength = backend.maxKeyLength;
  }

  async load(visit: (key: string, value: string) => void): Promise<void> {
    for await (const [key, value] of this.#backend.entries()) visit(key, value);
  }

  async write(
    records: readonly JournalRecord[],
    removals: readonly string[],
    durable: () => void,
  ): Promise<void> {
    // The last record of each key: adapters may write a batch in any order, and SQL takes a key once per statement.
    const latest = new Map<string, JournalRecord>();
    const gone = new Set(removals);
    for (const [key, record] of this.#restored) {
      if (record === undefined) gone.add(key);
      else latest.set(key, record);
    }
    for (const record of records) {
      latest.set(record.key, record);
      gone.delete(record.key);
    }
    await this.#set([...latest.values()]);
    for (const key of latest.keys()) this.#restored.delete(key);
    await this.#remove([...gone]);
    durable();
  }

  restore(key: string, record: JournalRecord | undefined): void {
    this.#restored.set(key, record);
  }

  health(): StoreHealth {
    return this.#backend.health();
  }

  hurry(): void {
    this.#backend.hurry();
  }

  async close(): Promise<void> {
    this.#backend.stop();
    await this.#keyv.disconnect();
  }

  async #set(records: JournalRecord[]): Promise<void> {
    if (records.length === 0) return;
    try {
      const results = await this.#keyv.setMany(records);
      // Several adapters return undefined, meaning done; only a false is a failure that nobody threw.
      if (results?.some((done) => done === false)) {
        throw new LocalError(
          'store_write_failed',
          `The ${this.kind} backend refused ${records.length} records.`,
        );
      }
    } catch (error) {
      this.#backend.failed();
      throw error;
    }
  }

  async #remove(keys: string[]): Promise<void> {
    if (keys.length === 0) return;
    try {
      await this.#keyv.delete(keys);
      for (const key of keys) this.#restored.delete(key);
    } catch {
      // It leaves a record below the horizon, which the next load drops, or one that the next batch removes again.
    }
  }
}
