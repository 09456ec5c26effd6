import type { Now } from '../../domain/clock.js';
import { LeadLimit } from '../lead-limit.js';
import type { StampFile } from './stamp-file.js';

/** Milliseconds of timestamps that a mark is set ahead of the last one, at least and at most. */
const LEAST_RESERVE = 4_000;
const MOST_RESERVE = 60_000;
/** Timestamps that are drawn by one look at the clock, at most. */
const DRAWN = 1_000;

/** The greatest timestamp that the groups of a store were given. */
export interface LatestStamp {
  /** ms */
  timestamp: number;
}

/**
 * The wall clock of a store, above every timestamp that an earlier process of it handed out (D57): a mark lies on disk
 * above what may be handed out, and a start begins there. So no restart takes timestamps back, whatever the wall clock says,
 * and whatever of the changes and events that carried them was kept.
 */
export class StampClock {
  /** ms; up to here the mark on disk covers. */
  limit: number;
  /** ms; above what earlier processes handed out, below what this one does: of syncs that can have no timestamp of their own. */
  readonly base: number;
  /** How far groups may be ahead of it. */
  readonly lead: LeadLimit;
  readonly #wall: Now;
  readonly #latest: LatestStamp;
  readonly #file: StampFile | undefined;
  readonly #floor: number;

  /**
   * @param mark ms; what was found on disk, 0 = nothing
   * @param file where a store without a journal keeps it; without one either, nothing limits it
   */
  constructor(wall: Now, latest: LatestStamp, mark: number, file?: StampFile, maxLead?: number) {
    this.#wall = wall;
    this.#latest = latest;
    this.#file = file;
    this.base = mark + 1;
    this.#floor = mark + 2;
    this.limit = mark;
    if (mark > latest.timestamp) latest.timestamp = mark;
    this.lead = new LeadLimit(Math.max(wall(), latest.timestamp), maxLead);
  }

  /** ms */
  readonly now = (): number => {
    const wall = this.#wall();
    const now = Math.max(wall, this.#floor);
    if (this.#file !== undefined && Math.max(now, this.#latest.timestamp) + DRAWN > this.limit)
      this.limit = this.#file.raise(this.#ahead(now));
    return now;
  };

  /** The mark that has to be written with the next batch, in ms; undefined when what is reserved is enough. */
  due(): number | undefined {
    const now = this.now();
    const latest = Math.max(now, this.#latest.timestamp);
    return latest + LEAST_RESERVE / 2 > this.limit ? this.#ahead(now) : undefined;
  }

  /** After a burst, whose timestamps run ahead of the wall clock, more is reserved: marks cost a sync. */
  #ahead(now: number): number {
    const { timestamp } = this.#latest;
    const lead = timestamp - now;
    return Math.max(now, timestamp) + Math.min(MOST_RESERVE, Math.max(LEAST_RESERVE, 2 * lead));
  }
}
