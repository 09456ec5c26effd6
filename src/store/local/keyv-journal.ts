import { Keyv, type KeyvStoreAdapter } from 'keyv';
import { LocalError } from '../../domain/errors.js';
import type { StoreHealth } from '../port.js';
import { LateError, WRITE_DEADLINE, within } from './deadline.js';
import type { Journal, JournalRecord } from './journal.js';
import type { DatabaseOwner } from './ownership.js';

/** Records that are written at once into a database that was emptied. */
const REWRITTEN = 500;

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
  /** A write was not, or not wholly, done. @param over when it is over, if that is not yet so */
  failed(over?: Promise<void>): void;
  readonly owner: DatabaseOwner;
  /** Milliseconds in which a write has to be done. @default 5000 */
  readonly deadline?: number | undefined;
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
  /** Everything that is committed, as the store has it. */
  state: () => Iterable<JournalRecord> = () => [];
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
    await this.#guarded(async () => {
      if (!(await this.#within(this.#backend.owner.confirm()))) await this.#rewrite();
      await this.#set([...latest.values()]);
      // A batch is only acknowledged where the next owner finds it.
      if (!(await this.#within(this.#backend.owner.confirm())))
        throw this.#refused('was emptied under a write');
    });
    for (const key of latest.keys()) this.#restored.delete(key);
    await this.#remove([...gone]);
    durable();
  }

  /** The database came back empty: everything goes out again, and the owner last, which says that it did. */
  async #rewrite(): Promise<void> {
    let part: JournalRecord[] = [];
    for (const record of this.state()) {
      part.push(record);
      if (part.length < REWRITTEN) continue;
      await this.#set(part);
      part = [];
    }
    await this.#set(part);
    await this.#within(this.#backend.owner.restore());
  }

  #within<T>(work: Promise<T>): Promise<T> {
    return within(this.#backend.deadline ?? WRITE_DEADLINE, work);
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#backend.failed(error instanceof LateError ? error.over : undefined);
      throw error;
    }
  }

  #refused(what: string): LocalError {
    return new LocalError('store_write_failed', `The ${this.kind} backend ${what}.`);
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
    // Where that fails, the next owner waits a moment.
    await within(1_000, this.#backend.owner.release()).catch(() => {});
    await this.#keyv.disconnect();
  }

  async #set(records: JournalRecord[]): Promise<void> {
    if (records.length === 0) return;
    const results = await this.#within(this.#keyv.setMany(records));
    // Several adapters return undefined, meaning done; only a false is a failure that nobody threw.
    if (results?.some((done) => done === false)) throw this.#refused(`refused ${records.length} records`);
  }

  async #remove(keys: string[]): Promise<void> {
    if (keys.length === 0) return;
    try {
      await this.#within(this.#keyv.delete(keys));
      for (const key of keys) this.#restored.delete(key);
    } catch (error) {
      if (error instanceof LateError) this.#backend.failed(error.over);
      // It leaves a record below the horizon, which the next load drops, or one that the next batch removes again.
    }
  }
}
