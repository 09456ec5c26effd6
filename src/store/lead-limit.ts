import { StreamError } from '../domain/errors.js';

/** Milliseconds that the timestamps of a group may be ahead of the clock (D57). */
export const MOST_LEAD = 3_600_000;

/**
 * Keeps the timestamps of groups within an hour of the clock. A clock that is set back does not count against them: time
 * goes on from where it was at the start, and is never before what the clock showed.
 */
export class LeadLimit {
  /** ms */
  readonly most: number;
  readonly #startedAt: number;
  readonly #steady = performance.now();
  #latest: number;

  /**
   * @param now ms; the wall clock, or the timestamps that were found where they are later
   * @param most ms
   */
  constructor(now: number, most = MOST_LEAD) {
    this.most = most;
    this.#startedAt = now;
    this.#latest = now;
  }

  /**
   * Called before a group gets its next timestamp.
   * @param last ms; its last one
   * @param now ms; as at the start
   * @throws StreamError `overloaded`
   */
  check(last: number, now: number): void {
    if (now > this.#latest) this.#latest = now;
    if (last - now < this.most) return;
    const time = Math.max(this.#latest, this.#startedAt + performance.now() - this.#steady);
    if (last - time < this.most) return;
    throw new StreamError(
      'overloaded',
      `the group had more than 1000 changes a second until its timestamps were ${this.most / 1000} s ahead of the clock`,
    );
  }
}
