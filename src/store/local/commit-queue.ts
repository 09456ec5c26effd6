import { messageOf, StreamError } from '../../domain/errors.js';
import type { Journal, JournalRecord } from './journal.js';

/** One thing on its way through the queue, in the order it will take effect. */
export interface CommitEntry {
  /** Empty: the entry only keeps its place in the order (a custom event between two changes). */
  readonly records: readonly JournalRecord[];
  /** Keys that go with it, but for those that the same batch writes. */
  readonly removals?: readonly string[];
  readonly bytes: number;
  /** Called in queue order: `undefined` when everything is durable, else why not. */
  settle(error: StreamError | undefined): void;
  /** Called after all entries of the batch are settled: whoever waits hears of it, and may ask again at once. */
  reply?(error: StreamError | undefined): void;
}

/** What the queue tells its owner about every batch. */
export interface CommitObserver {
  /** A batch of `entries` took `ms` to become durable, or failed. */
  batch(entries: number, ms: number, failed: boolean): void;
}

/** What goes out with a batch of its own accord. */
export interface Companion {
  /** A record that this batch has to carry, as its last. */
  due(): JournalRecord | undefined;
  /** It is durable. */
  done(): void;
}

/** Turns of the event loop that a batch is held open at most, while each brings more. */
const MAX_TURNS = 2;

/**
 * Group commit: everything asked while one write runs forms the next batch, and whatever the event loop brings before a
 * turn that brings nothing: a sync costs as much processor time as several calls. No timer, one journal write at a time.
 */
export class CommitQueue {
  readonly #journal: Journal;
  readonly #maxBytes: number;
  readonly #observer: CommitObserver | undefined;
  readonly #companion: Companion | undefined;
  #waiting: CommitEntry[] = [];
  #running = false;
  #bytes = 0;
  #scheduled = false;
  #idle: (() => void)[] = [];
  /** Since the batch may start: turns of the event loop, and what was waiting at the end of the last one. */
  #turns = 0;
  #seen = 0;
  readonly #onTurnEnd = (): void => {
    const grew = this.#waiting.length > this.#seen;
    this.#seen = this.#waiting.length;
    this.#turns += 1;
    if (grew && this.#turns <= MAX_TURNS) {
      setImmediate(this.#onTurnEnd);
      return;
    }
    this.#scheduled = false;
    void this.#commit();
  };

  constructor(journal: Journal, maxBytes: number, observer?: CommitObserver, companion?: Companion) {
    this.#companion = companion;
    this.#journal = journal;
    this.#maxBytes = maxBytes;
    this.#observer = observer;
  }

  /**
   * Queues an entry.
   * @throws StreamError `read_only` when the backend takes no writes, `overloaded` when the queue is full.
   */
  push(entry: CommitEntry): void {
    const health = this.#journal.health();
    if (!health.writable) {
      this.#journal.hurry?.();
      throw new StreamError('read_only', health.reason);
    }
    if (this.#isFull(entry)) {
      throw new StreamError(
        'overloaded',
        `max_queued_bytes: ${this.#maxBytes} bytes of writes are waiting for the disk`,
      );
    }
    this.#bytes += entry.bytes;
    this.follow(entry);
  }

  /** Queues an entry without records, also while the backend takes no writes: it is settled after what is queued now. */
  follow(entry: CommitEntry): void {
    this.#waiting.push(entry);
    if (!this.#running) this.#schedule();
  }

  /** Whether the backend takes writes now. */
  writable(): boolean {
    return this.#journal.health().writable;
  }

  /** Like `push`, for housekeeping that can wait: false when it can't be queued now. */
  tryPush(entry: CommitEntry): boolean {
    if (!this.writable() || this.#isFull(entry)) return false;
    this.push(entry);
    return true;
  }

  /** Resolves when nothing is queued or running. */
  idle(): Promise<void> {
    if (this.#waiting.length === 0 && !this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** An entry that is larger than the bound by itself is taken when nothing else waits. */
  #isFull(entry: CommitEntry): boolean {
    return this.#bytes > 0 && this.#bytes + entry.bytes > this.#maxBytes;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#turns = 0;
    this.#seen = 0;
    setImmediate(this.#onTurnEnd);
  }

  async #commit(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#running = true;
    const started = performance.now();
    let settled = false;
    let changes = 0;
    const companion = this.#companion?.due();
    const durable = (): void => {
      settled = true;
      if (companion !== undefined) this.#companion?.done();
      this.#observer?.batch(changes, performance.now() - started, false);
      this.#settle(batch, undefined);
    };
    try {
      const { records, removals, writing } = collect(batch);
      changes = writing;
      if (companion !== undefined) records.push(companion);
      if (records.length === 0 && removals.length === 0) durable();
      else await this.#journal.write(records, removals, durable, companion !== undefined);
    } catch (error) {
      if (settled) throw error;
      this.#observer?.batch(changes, performance.now() - started, true);
      // Whatever was queued meanwhile was sequenced on top of this batch: it fails with it.
      const failed = [...batch, ...this.#waiting];
      this.#waiting = [];
      this.#settle(failed, asStreamError(error));
    }
    this.#running = false;
    if (this.#waiting.length > 0) this.#schedule();
    else for (const resolve of this.#idle.splice(0)) resolve();
  }

  #settle(batch: readonly CommitEntry[], error: StreamError | undefined): void {
    for (const entry of batch) {
      this.#bytes -= entry.bytes;
      entry.settle(error);
    }
    for (const entry of batch) {
      try {
        entry.reply?.(error);
      } catch (thrown) {
        // It takes no other caller's reply away: it goes where a rejection goes that nobody handles.
        void Promise.reject(thrown);
      }
    }
  }
}

interface Collected {
  readonly records: JournalRecord[];
  readonly removals: readonly string[];
  /** Entries that bring a record: the others only wait for their place in the order. */
  readonly writing: number;
}

function collect(batch: readonly CommitEntry[]): Collected {
  const records: JournalRecord[] = [];
  const removals: string[] = [];
  let writing = 0;
  for (const entry of batch) {
    const before = records.length;
    for (const record of entry.records) records.push(record);
    if (records.length > before) writing++;
    if (entry.removals !== undefined) removals.push(...entry.removals);
  }
  if (removals.length === 0) return { records, removals, writing };
  const written = new Set(records.map(({ key }) => key));
  return { records, removals: removals.filter((key) => !written.has(key)), writing };
}

const asStreamError = (error: unknown): StreamError =>
  error instanceof StreamError
    ? error
    : new StreamError('read_only', `the store could not write: ${messageOf(error)}`, { cause: error });
