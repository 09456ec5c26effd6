import type { StoreHealth } from '../port.js';
import type { LogIndex } from './log-index.js';

/** One key and its text; the unit that a durable backend keeps. */
export interface JournalRecord {
  readonly key: string;
  readonly value: string;
}

/** A durable backend behind the index. One `write` at a time; the store waits for it before it asks for the next. */
export interface Journal {
  /** For logs. */
  readonly kind: string;
  /** True when a failed `write` left nothing behind. Otherwise the store writes the old state over it later. */
  readonly atomic: boolean;
  /** True when changes that subscribers saw may be missing. @default false */
  readonly incomplete?: boolean;
  /** Characters of the longest key that it takes; a longer one would fail all that is written with it. @default Infinity */
  readonly maxKeyLength?: number;
  /** The index that the backend reads instead of keeping texts of its own; its items are loaded already. */
  readonly index?: LogIndex | undefined;
  /** Hands every record to `visit`, in any order, but for the items of `index`. Rejects when they can't all be read. */
  load(visit: (key: string, value: string) => void): Promise<void>;
  /** Resolves when all records are as durable as the backend promises. */
  write(records: readonly JournalRecord[]): Promise<void>;
  /** Removes records that the index does not need any more. */
  remove(keys: readonly string[]): Promise<void>;
  health(): StoreHealth;
  /** Somebody asks to write while the backend takes no writes: it may try to recover at once. */
  hurry?(): void;
  /** Copies everything durable into an empty directory. @throws LocalError `backup_failed` */
  readonly backup?: ((directory: string) => Promise<void>) | undefined;
  close(): Promise<void>;
}
