import type { Keyv } from 'keyv';
import { LocalError } from '../../domain/errors.js';
import type { StoreHealth } from '../port.js';
import type { Journal, JournalRecord } from './journal.js';
import type { LogIndex } from './log-index.js';

/** What differs between backends behind the same Keyv. */
export interface KeyvBackend {
  /** For logs: the adapter's name. */
  readonly kind: string;
  /** True when a `setMany` that fails leaves nothing behind. */
  readonly atomic: boolean;
  /** True when changes that subscribers saw may be missing. @default false */
  readonly incomplete?: boolean;
  /** See `Journal`. */
  readonly index?: LogIndex;
  /** Every key and stored text that is not in `index`. Must throw when it cannot read them all. */
  entries(): AsyncIterable<readonly [string, string]> | Iterable<readonly [string, string]>;
  /** See `Journal`. */
  readonly maxKeyLength?: number;
  /** A write was not, or not wholly, done. */
  failed?(): void;
  /** @default always writable */
  health?(): StoreHealth;
  /** Tries to recover now, if there is something to recover from. */
  hurry?(): void;
  /** Copies everything into an empty directory. */
  backup?(directory: string): Promise<void>;
  /** The journal is about to close. */
  stop?(): void;
}

/** The journal over any Keyv: a commit is one awaited `setMany`. */
export class KeyvJournal implements Journal {
  readonly kind: string;
  readonly atomic: boolean;
  readonly incomplete: boolean;
  readonly maxKeyLength: number;
  readonly index: LogIndex | undefined;
  readonly backup: Journal['backup'];
  readonly #keyv: Keyv<string>;
  readonly #backend: KeyvBackend;

  constructor(keyv: Keyv<string>, backend: KeyvBackend) {
    this.#keyv = keyv;
    this.#backend = backend;
    this.kind = backend.kind;
    this.atomic = backend.atomic;
    this.incomplete = backend.incomplete ?? false;
    this.maxKeyLength = backend.maxKeyLength ?? Number.POSITIVE_INFINITY;
    this.index = backend.index;
    this.backup = backend.backup?.bind(backend);
  }

  async load(visit: (key: string, value: string) => void): Promise<void> {
    const entries = this.#backend.entries();
    if (Symbol.iterator in entries) for (const [key, value] of entries) visit(key, value);
    else for await (const [key, value] of entries) visit(key, value);
  }

  async write(records: readonly JournalRecord[]): Promise<void> {
    try {
      await this.#write(records);
    } catch (error) {
      this.#backend.failed?.();
      throw error;
    }
  }

  async #write(records: readonly JournalRecord[]): Promise<void> {
    const results = await this.#keyv.setMany(this.atomic ? (records as JournalRecord[]) : latest(records));
    // Several adapters answer undefined, meaning done; only a false is a failure that nobody threw.
    if (results?.some((done) => done === false)) {
      throw new LocalError(
        'store_write_failed',
        `The ${this.kind} backend refused ${records.length} records.`,
      );
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    await this.#keyv.delete(keys as string[]);
  }

  health(): StoreHealth {
    return this.#backend.health?.() ?? { writable: true };
  }

  hurry(): void {
    this.#backend.hurry?.();
  }

  async close(): Promise<void> {
    this.#backend.stop?.();
    await this.#keyv.disconnect();
  }
}

/** The last record of each key: adapters may write a batch in any order, and SQL takes a key once per statement. */
function latest(records: readonly JournalRecord[]): JournalRecord[] {
  const byKey = new Map<string, JournalRecord>();
  for (const record of records) byKey.set(record.key, record);
  return [...byKey.values()];
}
