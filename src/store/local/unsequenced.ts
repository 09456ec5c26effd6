import type { Change, CustomEvent, GroupAddress } from '../../domain/change.js';
import { nextTimestamp } from '../../domain/clock.js';
import type { Eventual } from '../../domain/deferred.js';
import type { StreamError } from '../../domain/errors.js';
import type { Catalog } from './catalog.js';
import type { CommitQueue } from './commit-queue.js';
import type { StampClock } from './stamp-clock.js';

/** Stamps and tells what takes no seq and is stored nowhere, in its place in the group's order. */
export class Unsequenced {
  readonly #catalog: Catalog;
  readonly #clock: StampClock;
  readonly #queue: CommitQueue | undefined;
  /** How many wait in the queue. */
  #waiting = 0;

  constructor(catalog: Catalog, clock: StampClock, queue: CommitQueue | undefined) {
    this.#catalog = catalog;
    this.#clock = clock;
    this.#queue = queue;
  }

  /** The group's next timestamp, in ms. @throws StreamError `overloaded` */
  stamp(at: GroupAddress): number {
    const catalog = this.#catalog;
    const group = catalog.get(at);
    const now = this.#clock.now();
    this.#clock.lead.check(group?.lastTimestamp ?? catalog.floor, now);
    if (group === undefined) {
      catalog.floor = nextTimestamp(now, catalog.floor);
      return catalog.floor;
    }
    const timestamp = group.stamp(now);
    if (!group.hasPending) group.passed(timestamp);
    return timestamp;
  }

  /**
   * Tells `one`, which was just stamped: after the changes that wait for the disk, since its timestamp lies above theirs,
   * and not before the clock's mark on disk covers it.
   * @throws StreamError `read_only` where the mark cannot be written, as the queue
   */
  tell<T extends CustomEvent | Change>(one: T, tell: (one: T) => void): Eventual<T> {
    const group = this.#catalog.get(one);
    const queue = this.#queue;
    const isCovered = one.timestamp <= this.#clock.limit;
    if (queue === undefined || (isCovered && this.#waiting === 0 && !group?.hasPending)) {
      tell(one);
      return one;
    }
    return new Promise((resolve, reject) => {
      const settle = (error: StreamError | undefined): void => {
        this.#waiting -= 1;
        // That the changes before it failed does not concern it.
        if (one.timestamp > this.#clock.limit) {
          reject(error);
          return;
        }
        group?.passed(one.timestamp);
        tell(one);
        resolve(one);
      };
      queue.push({ records: [], bytes: 0, settle });
      this.#waiting += 1;
    });
  }
}
