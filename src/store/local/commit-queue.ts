import { messageOf, StreamError } from '../../domain/errors.js';
import type { Journal, JournalRecord } from './journal.js';

/** One thing on its way through the queue, in the order it will take effect. */
export interface Entry {
  /** Empty: the entry only keeps its place in the order (a custom event between two changes). */
  readonly records: readonly JournalRecord[];
  /** Keys that go once `records` are durable. */
  readonly removals?: readonly string[];
  readonly bytes: number;
  /** Called in queue order: `undefined` when everything is durable, else why not. */
  settle(error: StreamError | undefined): void;
  /** Called after all entries of the batch are settled: whoever waits hears of it, and may ask again at once. */
  answer?(error: StreamError | undefined): void;
}

/** What the queue tells its owner about every batch. */
export interface CommitObserver {
  /** A batch of `entries` took `ms` to become durable, or failed. */
  batch(entries: number, ms: number, failed: boolean): void;
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
  /** Old records that a failed, non-atomic write may have overwritten: they go out before anything else. */
  readonly #repairs = new Map<string, JournalRecord | undefined>();
  #waiting: Entry[] = [];
  #running: readonly Entry[] = [];
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

  constructor(journal: Journal, maxBytes: number, observer?: CommitObserver) {
    this.#journal = journal;
    this.#maxBytes = maxBytes;
    this.#observer = observer;
  }

  /**
   * Queues an entry.
   * @throws StreamError `read_only` when the backend takes no writes, `overloaded` when the queue is full.
   */
  push(entry: Entry): void {
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
    this.#waiting.push(entry);
    if (this.#running.length === 0) this.#schedule();
  }

  /** See `Journal`. */
  get maxKeyLength(): number {
    return this.#journal.maxKeyLength ?? Number.POSITIVE_INFINITY;
  }

  /** Whether the backend takes writes now. */
  writable(): boolean {
    return this.#journal.health().writable;
  }

  /** Like `push`, for housekeeping that can wait: false when it can't be queued now. */
  tryPush(entry: Entry): boolean {
    if (!this.writable() || this.#isFull(entry)) return false;
    this.push(entry);
    return true;
  }

  /** Resolves when nothing is queued or running. */
  idle(): Promise<void> {
    if (this.#waiting.length === 0 && this.#running.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** An entry that is larger than the bound by itself is taken when nothing else waits. */
  #isFull(entry: Entry): boolean {
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
    this.#running = batch;
    const started = performance.now();
    const error = await this.#write(batch);
    // Whatever was queued meanwhile was sequenced on top of this batch: it falls with it.
    const fallen = error === undefined ? batch : [...batch, ...this.#waiting];
    if (error !== undefined) this.#waiting = [];
    this.#running = [];
    for (const entry of fallen) this.#bytes -= entry.bytes;
    this.#observer?.batch(batch.length, performance.now() - started, error !== undefined);
    for (const entry of fallen) entry.settle(error);
    this.#journal.index?.applied();
    for (const entry of fallen) answer(entry, error);
    if (this.#waiting.length > 0) this.#schedule();
    else for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #write(batch: readonly Entry[]): Promise<StreamError | undefined> {
    const records: JournalRecord[] = [];
    const removals: string[] = [];
    for (const [key, record] of this.#repairs) {
      if (record === undefined) removals.push(key);
      else records.push(record);
    }
    for (const entry of batch) {
      for (const record of entry.records) records.push(record);
      if (entry.removals !== undefined) removals.push(...entry.removals);
    }
    try {
      if (records.length > 0) await this.#journal.write(records);
    } catch (error) {
      if (error instanceof StreamError) return error;
      return new StreamError('read_only', `the store could not write: ${messageOf(error)}`, { cause: error });
    }
    if (this.#repairs.size > 0) for (const { key } of records) this.#repairs.delete(key);
    if (removals.length === 0) return undefined;
    try {
      const live = new Set(records.map((record) => record.key));
      const gone = removals.filter((key) => !live.has(key));
      if (gone.length > 0) await this.#journal.remove(gone);
      for (const key of gone) this.#repairs.delete(key);
    } catch {
      // It leaves a record below the horizon, which the next load drops, or one that the next batch removes again.
      return undefined;
    }
    return undefined;
  }

  /** Remembers the committed record under `key` (undefined = none), to be written over what a failed batch left. */
  repair(key: string, record: JournalRecord | undefined): void {
    if (!this.#journal.atomic) this.#repairs.set(key, record);
  }
}

/** What one answer throws takes no other caller's answer away: it goes where a rejection goes that nobody handles. */
function answer(entry: Entry, outcome: StreamError | undefined): void {
  try {
    entry.answer?.(outcome);
  } catch (error) {
    void Promise.reject(error);
  }
}
