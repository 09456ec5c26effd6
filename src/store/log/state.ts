import type { LogEntry } from './entry.js';
import type { RecordVisitor } from './records.js';

/**
 * What the log says is true: every live key and its text. Whoever keeps the same texts in an index of its own lets the
 * log see that index through this, so that memory holds them once.
 *
 * Invariant: `store`, `delete` and `clear` are called in the order of the log's records, once these are durable, and what
 * they say shows in `get` and `has` at once.
 */
export interface LogState {
  /** Live keys. */
  readonly size: number;
  /** What a snapshot of the state would take on disk, without frame headers. */
  readonly liveBytes: number;
  /** Takes the log's records while it is read, before anything else is called. */
  readonly replay: RecordVisitor;
  get(key: string): string | undefined;
  has(key: string): boolean;
  store(entry: LogEntry): void;
  /** False when the key was not there. */
  delete(key: string): boolean;
  /** Removes every key that begins with `prefix`; all with an empty one. */
  clear(prefix: string): void;
  /** Every entry, in no particular order; nothing may be written while it is iterated. */
  entries(): IterableIterator<[string, string]>;
  /**
   * What a snapshot holds, iterated while the state changes: each key that was there when the iteration began and was
   * not written since, with its text; of the others some, possibly more than once, the latest text last. Keys that are
   * added all the time cannot keep it going.
   */
  stable(): IterableIterator<[string, string]>;
}
