import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Now } from '../../domain/clock.js';
import type { Catalog } from './catalog.js';
import type { CommitQueue } from './commit-queue.js';
import type { GroupIndex } from './group-index.js';
import type { Node } from './node.js';
import { headKey, itemKey } from './records.js';
import { headRecord, type StoreEpoch } from './store-epoch.js';

/** How long deletions are remembered for clients that come back; beyond that a resume becomes a full sync. */
export interface TombstoneOptions {
  /** Tombstones kept per group. @default 10000 */
  readonly maxPerGroup: number;
  /** Milliseconds. @default 86400000 (24 h) */
  readonly maxAgeMs: number;
}

/** Milliseconds between two looks for tombstones that are too old. */
const SWEEP_INTERVAL = 60_000;
/** Milliseconds that one slice of a sweep may take. */
const SLICE = 2;

/** Forgets deletions beyond the horizon, by count at once and by age in the background. */
export class Housekeeping {
  readonly #catalog: Catalog;
  readonly #epoch: StoreEpoch;
  readonly #limits: TombstoneOptions;
  readonly #now: Now;
  readonly #queue: CommitQueue | undefined;
  /** Groups that hold a tombstone, or nothing at all any more. */
  readonly #candidates = new Set<GroupIndex>();
  readonly #timer: NodeJS.Timeout;
  /** Groups whose new horizon is on its way to disk. */
  readonly #trimming = new Set<GroupIndex>();
  #stopped = false;

  constructor(
    catalog: Catalog,
    epoch: StoreEpoch,
    limits: TombstoneOptions,
    now: Now,
    queue: CommitQueue | undefined,
  ) {
    this.#catalog = catalog;
    this.#epoch = epoch;
    this.#limits = limits;
    this.#now = now;
    this.#queue = queue;
    for (const group of catalog.all()) {
      if (group.tombstones !== undefined || group.items.size === 0) this.#candidates.add(group);
    }
    const interval = Math.max(50, Math.min(SWEEP_INTERVAL, this.#limits.maxAgeMs));
    this.#timer = setInterval(() => void this.#sweep(), interval).unref();
  }

  /** A deletion was committed: bounds the group's tombstones, with some slack so that trimming comes in batches. */
  deleted(group: GroupIndex): void {
    this.#candidates.add(group);
    const { maxPerGroup } = this.#limits;
    if ((group.tombstones?.size ?? 0) > maxPerGroup + Math.min(1000, maxPerGroup >> 2)) this.#trim(group);
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  async #sweep(): Promise<void> {
    let sliceEnd = performance.now() + SLICE;
    for (const group of [...this.#candidates]) {
      if (this.#stopped) return;
      this.#trim(group);
      if (group.tombstones === undefined) {
        if (group.items.size > 0) this.#candidates.delete(group);
        else this.#forget(group);
      }
      if (performance.now() > sliceEnd) {
        await nextTurn();
        sliceEnd = performance.now() + SLICE;
      }
    }
  }

  /** The oldest tombstones, as many as have to go. */
  #expired({ tombstones }: GroupIndex): Node[] {
    const { maxPerGroup, maxAgeMs } = this.#limits;
    const minTimestamp = this.#now() - maxAgeMs;
    const expired: Node[] = [];
    let left = tombstones?.size ?? 0;
    for (const node of tombstones?.values() ?? []) {
      if (left <= maxPerGroup && node.timestamp >= minTimestamp) break;
      expired.push(node);
      left -= 1;
    }
    return expired;
  }

  #trim(group: GroupIndex): void {
    if (this.#trimming.has(group)) return;
    const gone = this.#expired(group);
    const horizon = gone.at(-1)?.rev;
    if (horizon === undefined) return;
    if (this.#queue === undefined) {
      group.forget(horizon);
      return;
    }
    const { epoch, seq, timestamp } = group;
    const head = headRecord(group, { epoch, seq, timestamp, horizon });
    const removals = gone.filter(({ id }) => !group.isPending(id)).map(({ id }) => itemKey(group, id));
    // The horizon on disk must never be behind what memory forgot: a restart would give its seqs out again.
    const settle = (error: Error | undefined): void => {
      this.#trimming.delete(group);
      if (error === undefined) group.forget(horizon);
    };
    if (this.#queue.tryPush({ records: [head], removals, bytes: 0, settle })) this.#trimming.add(group);
  }

  /**
   * An empty group whose history is gone costs nothing any more. Groups born from now on get a new epoch, so that an
   * old cursor of this one can't match a later life.
   */
  #forget(group: GroupIndex): void {
    if (group.hasPending || group.timestamp > this.#now() - this.#limits.maxAgeMs) return;
    if (this.#queue?.writable() === false) return;
    this.#candidates.delete(group);
    this.#catalog.forget(group);
    const record = this.#epoch.nextGeneration();
    this.#queue?.tryPush({ records: [record], removals: [headKey(group)], bytes: 0, settle: () => {} });
  }
}
