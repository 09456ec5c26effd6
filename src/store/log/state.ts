import type { RecordVisitor } from './records.js';

/**
 * What the log says is true: every live key and its text. It is somebody else's index, so that memory holds each text
 * once: the log reads it, and its owner changes it.
 *
 * Invariant: the owner applies what it has written when the log calls `durable`, and before that call returns; nothing
 * else changes what the state says. So it is where the log is at every moment at which the log looks.
 */
export interface LogState {
  /** Live keys. */
  readonly size: number;
  /** What a snapshot of the state would take on disk, without frame headers. */
  readonly liveBytes: number;
  /** Takes the log's records while it is read, before anything else is called. */
  readonly replay: RecordVisitor;
  /**
   * What a snapshot holds, iterated while the state changes: each key that was there when the iteration began and was
   * not written since, with its text; of the others some, possibly more than once, the latest text last. Keys that are
   * added all the time cannot keep it going.
   */
  stable(): IterableIterator<[string, string]>;
}

/** As many entries as there are now: those that are there and stay come before any that is added. */
export function* bounded<T>(entries: Iterable<T>, size: number): IterableIterator<T> {
  let left = size;
  if (left === 0) return;
  for (const entry of entries) {
    yield entry;
    left -= 1;
    if (left === 0) return;
  }
}
