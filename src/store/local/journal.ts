import type { StoreUsage } from '../../observability/metric-sources.js';
import type { LogEntry } from '../log/entry.js';
import type { StoreHealth } from '../port.js';
import type { LogIndex } from './log-index.js';

/** One key and its text; the unit that a durable backend keeps. Only items write themselves. */
export type JournalRecord = LogEntry;

/** A durable backend behind the index. One `write` at a time; the store waits for it before it asks for the next. */
export interface Journal {
  /** For logs. */
  readonly kind: string;
  /** True when changes that subscribers saw may be missing. @default false */
  readonly incomplete?: boolean;
  /** What is missing is taken into account by what was written since: the next start need not do it again. */
  settle?(): Promise<void>;
  /** False when a part of a write may be kept and the rest not. @default true */
  readonly isAtomic?: boolean;
  /** Characters of the longest key that it takes; a longer one would fail all that is written with it. @default Infinity */
  readonly maxKeyLength?: number;
  /** The index that the backend reads instead of keeping texts of its own; its items are loaded already. */
  readonly index?: LogIndex | undefined;
  /** Hands every record to `visit`, in any order, but for the items of `index`. Rejects when they can't all be read. */
  load(visit: (key: string, value: string) => void): Promise<void>;
  /**
   * Writes the records, then removes what the index does not need any more. Calls `durable`, as its last act, when it
   * is as durable as the backend promises; never when it rejects. A record may be repeated, the last one counts.
   * @param synced whether it must outlive the machine, whatever is promised otherwise. @default false
   */
  write(
    records: readonly JournalRecord[],
    removals: readonly string[],
    durable: () => void,
    synced?: boolean,
  ): Promise<void>;
  /**
   * A write failed that may have left something under `key`: what belongs there, undefined = nothing, goes out before
   * anything else. Absent where a failed write leaves nothing.
   */
  restore?(key: string, record: JournalRecord | undefined): void;
  /** Set by the store: every record of its committed state, for a backend that has to be filled again. */
  state?: () => Iterable<JournalRecord>;
  health(): StoreHealth;
  /** What it takes on disk. */
  usage?(): StoreUsage;
  /** Somebody asks to write while the backend takes no writes: it may try to recover at once. */
  hurry?(): void;
  /** Copies everything durable into an empty directory. @throws LocalError `backup_failed` */
  readonly backup?: ((directory: string) => Promise<void>) | undefined;
  close(): Promise<void>;
}
