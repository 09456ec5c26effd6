import type { CommitQueue, Companion } from './commit-queue.js';
import type { Journal, JournalRecord } from './journal.js';
import type { StampClock } from './stamp-clock.js';
import type { StoreEpoch } from './store-epoch.js';

/** Keeps the mark in the journal above what the clock hands out: it goes with ordinary batches, every few seconds. */
export class StampMark implements Companion {
  readonly #clock: StampClock;
  readonly #epoch: StoreEpoch;
  #written = 0;
  #reserving = false;

  constructor(clock: StampClock, epoch: StoreEpoch) {
    this.#clock = clock;
    this.#epoch = epoch;
  }

  due(): JournalRecord | undefined {
    const mark = this.#clock.due();
    if (mark === undefined) return undefined;
    this.#written = mark;
    this.#epoch.clock = mark;
    return this.#epoch.record();
  }

  done(): void {
    this.#clock.limit = this.#written;
  }

  /** Resolves when there is room for timestamps, or the journal takes no writes, and then only those of changes. */
  async begin(queue: CommitQueue): Promise<void> {
    this.reserve(queue);
    await queue.idle();
  }

  /** Has it renewed where a batch would renew it, without waiting: syncs take timestamps too. */
  reserve(queue: CommitQueue): void {
    if (this.#reserving || this.#clock.due() === undefined) return;
    const settle = (): void => {
      this.#reserving = false;
    };
    this.#reserving = queue.tryPush({ records: [], bytes: 0, settle });
  }

  /**
   * Nothing is handed out any more: the next start goes on from there. Where that cannot be written, it goes on from the
   * mark.
   * @param latest ms; the greatest timestamp that was handed out
   */
  async end(journal: Journal, latest: number): Promise<void> {
    if (!journal.health().writable) return;
    this.#epoch.clock = latest;
    await journal.write([this.#epoch.record()], [], () => {}, true).catch(() => {});
  }
}
