import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Now } from '../../domain/clock.js';
import type { Catalog } from './catalog.js';
import type { CommitQueue } from './commit-queue.js';
import { type Bounds, chooseOldest, isOver } from './deletion-bounds.js';
import type { GroupIndex } from './group-index.js';
import type { JournalRecord } from './journal.js';
import type { Node } from './node.js';
import { headKey, itemKey } from './records.js';
import { headRecord, type StoreEpoch } from './store-epoch.js';

/** How long deletions are remembered for clients that come back; beyond that a resume becomes a full sync. */
export interface TombstoneOptions {
  /** Tombstones kept per group. @default 10000 */
  readonly maxPerGroup: number;
  /** Milliseconds. @default 86400000 (24 h) */
  readonly maxAgeMs: number;
  /** Tombstones kept in all groups together. @default 1000000 */
  readonly maxTotal?: number | undefined;
  /** Bytes of memory that they may take, roughly. @default 67108864 */
  readonly maxBytes?: number | undefined;
  /** Groups kept that hold no item. @default 10000 */
  readonly maxEmptyGroups?: number | undefined;
}

/** Milliseconds between two looks for tombstones that are too old. */
const SWEEP_INTERVAL = 60_000;
/** Milliseconds that one slice of a sweep may take. */
const SLICE = 2;
/** Groups whose tombstones go in one entry of the queue: enough to keep up with callers, whatever they do in a turn. */
const BATCH = 4_096;

/** A group, and up to where its tombstones go. */
interface Trim {
  readonly group: GroupIndex;
  readonly horizon: number;
}

/** Forgets deletions beyond the horizon: by count in a group and in the store at once, by age in the background. */
export class Housekeeping {
  readonly #catalog: Catalog;
  readonly #epoch: StoreEpoch;
  readonly #limits: TombstoneOptions;
  readonly #bounds: Bounds;
  readonly #now: Now;
  readonly #queue: CommitQueue | undefined;
  /** Groups that hold a tombstone, or nothing at all any more; the one that was deleted in last at the end. */
  readonly #candidates = new Set<GroupIndex>();
  readonly #timer: NodeJS.Timeout;
  /** Groups whose new horizon is on its way to disk. */
  readonly #trimming = new Set<GroupIndex>();
  #isBounding = false;
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
    const { maxTotal = 1_000_000, maxBytes = 64 * 1024 * 1024, maxEmptyGroups = 10_000 } = limits;
    this.#bounds = { maxTotal, maxBytes, maxEmptyGroups };
    this.#now = now;
    this.#queue = queue;
    const found = [...catalog.all()].filter(
      ({ tombstones, items }) => tombstones !== undefined || items.size === 0,
    );
    for (const group of found.sort((a, b) => a.timestamp - b.timestamp)) this.#note(group);
    const interval = Math.max(50, Math.min(SWEEP_INTERVAL, this.#limits.maxAgeMs));
    this.#timer = setInterval(() => void this.#sweep(), interval).unref();
    setImmediate(() => this.#keepBounds());
  }

  /** A deletion was committed: bounds the tombstones, with some slack so that trimming comes in batches. */
  deleted(group: GroupIndex): void {
    this.#candidates.delete(group);
    this.#note(group);
    const { maxPerGroup } = this.#limits;
    if ((group.tombstones?.size ?? 0) > maxPerGroup + Math.min(1000, maxPerGroup >> 2))
      this.#trim(this.#beyond(group));
    this.#keepBounds();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  #note(group: GroupIndex): void {
    this.#candidates.add(group);
    if (group.items.size === 0 && !group.hasPending) this.#catalog.setEmptied(group);
  }

  async #sweep(): Promise<void> {
    let sliceEnd = performance.now() + SLICE;
    for (const group of [...this.#candidates]) {
      if (this.#stopped) return;
      this.#trim(this.#beyond(group));
      if (group.items.size === 0) this.#note(group);
      if (group.tombstones === undefined) {
        if (group.items.size > 0) this.#candidates.delete(group);
        else if (group.timestamp <= this.#now() - this.#limits.maxAgeMs) this.#forget([group]);
      }
      if (performance.now() > sliceEnd) {
        await nextTurn();
        sliceEnd = performance.now() + SLICE;
      }
    }
  }

  /** Brings the store below its bounds, at the cost of the groups that were left alone longest. */
  #keepBounds(): void {
    if (this.#isBounding || this.#stopped || !isOver(this.#catalog, this.#bounds)) return;
    this.#isBounding = true;
    const chosen = chooseOldest(this.#candidates, this.#catalog, this.#bounds, BATCH);
    const free = chosen.filter((group) => !this.#trimming.has(group));
    const trims = free.map((group) => ({ group, horizon: newestTombstone(group)?.rev ?? group.horizon }));
    this.#trim(trims, (isDone) => {
      this.#isBounding = false;
      if (!isDone) return;
      this.#forget(free);
      this.#keepBounds();
    });
  }

  /** The tombstones of a group that are too many or too old. */
  #beyond(group: GroupIndex): Trim[] {
    const { maxPerGroup, maxAgeMs } = this.#limits;
    const minTimestamp = this.#now() - maxAgeMs;
    let horizon = 0;
    let left = group.tombstones?.size ?? 0;
    for (const node of group.tombstones?.values() ?? []) {
      if (left <= maxPerGroup && node.timestamp >= minTimestamp) break;
      horizon = node.rev;
      left -= 1;
    }
    return horizon === 0 || this.#trimming.has(group) ? [] : [{ group, horizon }];
  }

  /** Moves horizons; `done` is called once, with true when that is durable. */
  #trim(trims: readonly Trim[], done = (_isDone: boolean): void => {}): void {
    if (trims.length === 0) {
      done(false);
      return;
    }
    const apply = (): void => {
      for (const { group, horizon } of trims) group.forget(horizon);
      done(true);
    };
    if (this.#queue === undefined) {
      apply();
      return;
    }
    const records: JournalRecord[] = [];
    const removals: string[] = [];
    for (const { group, horizon } of trims) {
      if (horizon === group.horizon || group.isTransient) continue;
      const { epoch, seq, timestamp } = group;
      records.push(headRecord(group, { epoch, seq, timestamp, horizon }));
      for (const { id, rev } of group.tombstones?.values() ?? []) {
        if (rev > horizon) break;
        if (!group.isPending(id)) removals.push(itemKey(group, id));
      }
    }
    // The horizon on disk must never be behind what memory forgot: a restart would give its seqs out again.
    const settle = (error: Error | undefined): void => {
      for (const { group } of trims) this.#trimming.delete(group);
      if (error === undefined) apply();
      else done(false);
    };
    if (this.#queue.tryPush({ records, removals, bytes: 0, settle }))
      for (const { group } of trims) this.#trimming.add(group);
    else done(false);
  }

  /**
   * Empty groups whose history is gone cost nothing any more. Groups born from now on get a new epoch, so that an old cursor
   * of these can't match a later life.
   */
  #forget(groups: readonly GroupIndex[]): void {
    if (this.#queue?.writable() === false) return;
    const gone = groups.filter(
      ({ items, tombstones, hasPending }) => items.size === 0 && tombstones === undefined && !hasPending,
    );
    if (gone.length === 0) return;
    for (const group of gone) {
      this.#candidates.delete(group);
      this.#catalog.forget(group);
    }
    const record = this.#epoch.nextGeneration();
    this.#queue?.tryPush({ records: [record], removals: gone.map(headKey), bytes: 0, settle: () => {} });
  }
}

function newestTombstone({ tombstones }: GroupIndex): Node | undefined {
  let newest: Node | undefined;
  for (const node of tombstones?.values() ?? []) newest = node;
  return newest;
}
