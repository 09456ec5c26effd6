import type { JsonText } from '../../../generated/json-text.js';
import type { Cursor, GroupAddress, Since, Snapshot, StoredItem, TraceContext } from '../../domain/change.js';
import { nextTimestamp } from '../../domain/clock.js';
import type { Standing } from '../../domain/condition.js';
import { changesAfter, type GroupHead, resetReason } from '../../domain/since.js';
import type { ItemAt, Mutation } from '../port.js';
import { applyChange, dropTombstones } from './apply-change.js';
import {
  aliveValue,
  type GroupState,
  type ItemState,
  type Node,
  type RevOrder,
  type Sequenced,
  type Usage,
} from './node.js';
import { currentValues, hasCurrent } from './pending.js';
import { itemPrefix } from './records.js';
import { sequenceChange } from './sequence.js';
import type { StampClock } from './stamp-clock.js';

const NOTHING: Standing = { value: undefined, rev: 0, keys: undefined };

/**
 * One group: its committed state, in the three orders that questions are asked in: by id, by creation (`items`, a Map
 * in insertion order) and by rev (a linked list, oldest to newest, tombstones included); and over it what is sequenced
 * and not committed yet, which only `current`, `values`, `isListed` and the next change see (D11).
 *
 * Invariants: every node's rev is unique and at most `seq`; tombstones with a rev at or below `horizon` are gone.
 */
export class GroupIndex implements GroupHead {
  readonly stream: string;
  readonly group: string;
  readonly epoch: string;
  /** It is kept in memory only. */
  readonly isTransient: boolean;
  /** Alive, in the order of their creation. */
  readonly items: Map<string, Node>;
  /** In rev order: a deletion is always the newest change. */
  tombstones: Map<string, Node> | undefined;
  /** The seq of the last committed change. */
  seq: number;
  /** Milliseconds; the last timestamp that subscribers may have seen. */
  timestamp: number;
  horizon: number;
  /** It holds nothing, and listings need not look at it: see `Catalog`. */
  isEmptied = false;
  /** The newest change of each item that is staged, and the heads that go with it. */
  #pending: Map<string, Sequenced> | undefined;
  #pendingSeq: number;
  #pendingTimestamp: number;
  /** ms; of the last snapshot, and below that of every change which is staged. */
  #syncedAt = 0;
  #keyPrefix: string | undefined;
  readonly #revs: RevOrder;
  readonly #usage: Usage;

  constructor(at: GroupAddress, state: GroupState, usage: Usage) {
    this.stream = at.stream;
    this.group = at.group;
    this.epoch = state.epoch;
    this.isTransient = state.isTransient === true;
    this.seq = state.seq;
    this.timestamp = state.timestamp;
    this.horizon = state.horizon;
    this.items = state.items;
    this.tombstones = state.tombstones;
    this.#revs = state.revs;
    this.#usage = usage;
    this.#pendingSeq = this.seq;
    this.#pendingTimestamp = this.timestamp;
    this.#gave(this.timestamp);
  }

  /** What the keys of its items' records begin with. */
  get keyPrefix(): string {
    this.#keyPrefix ??= itemPrefix(this);
    return this.#keyPrefix;
  }

  /** No change ever reached it, and none is on its way. */
  get isNew(): boolean {
    return this.seq === 0 && this.#pendingSeq === 0;
  }

  get hasPending(): boolean {
    return this.#pending !== undefined;
  }

  isPending(id: string): boolean {
    return this.#pending?.has(id) === true;
  }

  /** The item, alive or deleted, as it is committed. */
  node(id: string): Node | undefined {
    return this.items.get(id) ?? this.tombstones?.get(id);
  }

  /** What the item's newest record says, staged ones included. */
  newest(id: string): ItemState | undefined {
    return this.#pending?.get(id) ?? this.node(id);
  }

  /** The item's value, staged changes included. */
  current(id: string): JsonText | undefined {
    return aliveValue(this.newest(id));
  }

  /** The item as the next write meets it, staged changes included. */
  standing(id: string): Standing {
    const newest = this.newest(id);
    if (newest === undefined) return NOTHING;
    const { created, value, rev, extras } = newest;
    const keys = extras?.keys;
    return created > 0 ? { value, rev, keys, owner: extras?.owner } : { value: undefined, rev: 0, keys };
  }

  /** The item as it is committed; undefined when it is not alive. */
  committed(id: string): ItemAt | undefined {
    const node = this.items.get(id);
    if (node === undefined) return undefined;
    const { rev, created, timestamp, value } = node;
    return { epoch: this.epoch, item: { id, rev, created, timestamp, value } };
  }

  /** All current values in creation order. */
  values(): JsonText[] {
    return currentValues(this.items, this.#pending);
  }

  /** True when it holds an item, or one is on its way. */
  isListed(): boolean {
    return hasCurrent(this.items, this.#pending);
  }

  /**
   * Gives a change of `id` its place after everything staged; nothing has changed until it is staged or confirmed.
   * @param before the item's newest record
   * @param value the new one; undefined = deletes the item, which must be there
   * @param now ms
   * @param mutation says how long the item lives, and what a retry is known by
   * @param ahead how many changes of other items are sequenced before it, and not staged
   */
  sequence(
    id: string,
    before: ItemState | undefined,
    value: JsonText | undefined,
    now: number,
    trace: TraceContext | undefined,
    mutation: Mutation,
    ahead = 0,
  ): Sequenced {
    const seq = this.#pendingSeq + 1 + ahead;
    const timestamp = nextTimestamp(now, this.#pendingTimestamp) + ahead;
    return sequenceChange(this, before, id, seq, timestamp, value, trace, mutation);
  }

  /** Shows a change to the next ones, and to those who read what is on its way. */
  stage(sequenced: Sequenced): void {
    this.#pendingSeq = sequenced.rev;
    this.#pendingTimestamp = sequenced.timestamp;
    this.#gave(sequenced.timestamp);
    this.#pending ??= new Map();
    this.#pending.set(sequenced.id, sequenced);
  }

  /**
   * Makes a change, staged or not, part of the committed state. Called in seq order.
   * @param bytes what its record takes in the log
   */
  confirm(sequenced: Sequenced, bytes: number): void {
    const { id, rev, timestamp } = sequenced;
    if (this.#pending?.get(id) === sequenced) {
      this.#pending.delete(id);
      if (this.#pending.size === 0) this.#pending = undefined;
    }
    applyChange(this, this.#revs, this.#usage, sequenced, bytes);
    this.seq = rev;
    if (rev > this.#pendingSeq) this.#pendingSeq = rev;
    this.passed(timestamp);
  }

  /** Takes back everything staged: the committed state is what is left, and the clock. */
  rollBack(): void {
    this.#pending = undefined;
    this.#pendingSeq = this.seq;
  }

  /** The next timestamp of the group, in ms. @param now ms */
  stamp(now: number): number {
    this.#pendingTimestamp = nextTimestamp(now, this.#pendingTimestamp);
    this.#gave(this.#pendingTimestamp);
    return this.#pendingTimestamp;
  }

  /** Subscribers may see this timestamp from now on. */
  passed(timestamp: number): void {
    if (timestamp > this.timestamp) this.timestamp = timestamp;
    if (timestamp > this.#pendingTimestamp) this.#pendingTimestamp = timestamp;
    this.#gave(timestamp);
  }

  #gave(timestamp: number): void {
    if (timestamp > this.#usage.timestamp) this.#usage.timestamp = timestamp;
  }

  /** ms; no timestamp of the group was greater, also of changes that were rolled back. */
  get lastTimestamp(): number {
    return Math.max(this.timestamp, this.#pendingTimestamp);
  }

  /**
   * The committed state. Its timestamp is above all that was told, unless that could be beyond a change's that is on its
   * way. Timestamps of changes still to come are greater.
   * @param clock the store's
   */
  snapshot({ now, limit, base, lead }: StampClock): Snapshot {
    const time = now();
    const timestamp = Math.min(nextTimestamp(time, this.lastTimestamp), limit, time + lead.most);
    if (this.#pending === undefined && timestamp > this.#syncedAt) {
      this.#syncedAt = timestamp;
      this.#pendingTimestamp = Math.max(timestamp, this.#pendingTimestamp);
      this.#gave(timestamp);
    }
    const items: StoredItem[] = [];
    for (const { id, rev, created, timestamp, value } of this.items.values())
      items.push({ id, rev, created, timestamp, value });
    return {
      epoch: this.epoch,
      seq: this.seq,
      timestamp: Math.max(this.timestamp, this.#syncedAt, base),
      items,
    };
  }

  /** Costs what changed, not what is stored. */
  changesSince(cursor: Cursor, clock: StampClock): Since {
    const reason = resetReason(this, cursor);
    if (reason !== undefined) return { kind: 'reset', reason, snapshot: this.snapshot(clock) };
    const { epoch, seq, timestamp } = this;
    const changes = changesAfter(this, epoch, cursor.seq, this.#revs.newestFirst(cursor.seq));
    return { kind: 'changes', epoch, seq, timestamp, changes };
  }

  /** Moves the horizon, and drops the tombstones up to it. */
  forget(horizon: number): void {
    this.horizon = horizon;
    dropTombstones(this, this.#revs, this.#usage, horizon);
  }
}
