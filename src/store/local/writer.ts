import type { GroupAddress, ItemAddress, TraceContext } from '../../domain/change.js';
import type { Now } from '../../domain/clock.js';
import { type Receipt, rejection, type Standing } from '../../domain/condition.js';
import type { Eventual } from '../../domain/deferred.js';
import { StreamError } from '../../domain/errors.js';
import type { LeadLimit } from '../lead-limit.js';
import type { Committed, Mutation, StoreListener } from '../port.js';
import { AfterPending, OncePending } from './after-pending.js';
import type { Catalog } from './catalog.js';
import type { CommitQueue } from './commit-queue.js';
import { type CommitOwner, DurableCommit } from './durable-commit.js';
import type { TransactionOwner } from './durable-transaction.js';
import type { Expiry } from './expiry.js';
import type { GroupIndex } from './group-index.js';
import type { Housekeeping } from './housekeeping.js';
import type { Journal } from './journal.js';
import { aliveValue, RevOrder, type Sequenced } from './node.js';
import { encodeItem } from './records.js';
import type { StoreEpoch } from './store-epoch.js';

const nobody: StoreListener = { change() {}, event() {}, committed() {}, gap() {} };
export const NOTHING: Standing = { value: undefined, rev: 0, keys: undefined };

/** What the writer works with. */
export interface WriterParts {
  readonly catalog: Catalog;
  readonly epoch: StoreEpoch;
  readonly now: Now;
  readonly lead: LeadLimit;
  readonly housekeeping: Housekeeping;
  readonly expiry: Expiry;
  readonly journal: Journal | undefined;
  readonly queue: CommitQueue | undefined;
  /** Timestamps are about to be handed out that go with no batch. */
  readonly reserve: () => void;
  readonly isTransient: (stream: string) => boolean;
}

/**
 * The way of a change: decided at once against what is pending (D11), sequenced, staged, and confirmed when it is
 * durable. Without a queue a commit is confirmed in the same turn.
 */
export class Writer implements CommitOwner, TransactionOwner {
  listener = nobody;
  readonly parts: WriterParts;
  readonly #queue: CommitQueue | undefined;
  readonly #now: Now;
  readonly #catalog: Catalog;

  constructor(parts: WriterParts) {
    this.parts = parts;
    this.#queue = parts.queue;
    this.#now = parts.now;
    this.#catalog = parts.catalog;
  }

  /** As `Store.commit`. */
  commit(address: ItemAddress, mutation: Mutation, trace: TraceContext | undefined): Eventual<Committed> {
    const known = this.#catalog.get(address);
    const { item } = address;
    const { guard } = mutation;
    if (guard !== undefined) {
      const rejected = rejection(guard, known?.standing(item) ?? NOTHING, this.#now());
      if (rejected !== undefined) return this.#unchanged(known, address, rejected.outcome, rejected.rev);
    }
    if (mutation.life?.claim === true) {
      const claimed = known && this.#claim(known, address, mutation, mutation.life.owner, trace);
      if (claimed !== undefined) return claimed;
    }
    const before = known?.newest(item);
    const old = aliveValue(before);
    const value =
      mutation.kind === 'set' ? mutation.value : mutation.kind === 'update' ? mutation.apply(old) : undefined;
    if (value === undefined && (mutation.kind === 'update' || old === undefined)) {
      if (guard === undefined) return { change: undefined, old };
      if (old === undefined) return this.#unchanged(known, address, 'not_found', 0);
      return this.#unchanged(known, address, 'applied', known!.standing(item).rev);
    }
    const now = this.#now();
    if (known !== undefined) this.parts.lead.check(known.lastTimestamp, now);
    const group = known ?? this.add(address);
    if (group.isEmptied) this.#catalog.revive(group);
    const sequenced = group.sequence(item, before, value, now, trace, mutation);
    const result = guard === undefined ? { change: sequenced.change, old } : applied(sequenced, old);
    if (group.isTransient) this.parts.reserve();
    else if (this.#queue !== undefined) return this.#enqueue(this.#queue, group, sequenced, result);
    this.confirm(group, sequenced, 0);
    return result;
  }

  /**
   * The item as it is gets another owner, in memory: on disk it has an owner, and after a start all owners are former ones.
   * Undefined where it is nobody's, or has another value: then it is a set like any other.
   */
  #claim(
    group: GroupIndex,
    at: ItemAddress,
    mutation: Mutation,
    owner: string | undefined,
    trace: TraceContext | undefined,
  ): Eventual<Committed> | undefined {
    const standing = group.standing(at.item);
    if (mutation.kind !== 'set' || standing.owner === undefined || standing.value !== mutation.value)
      return undefined;
    if (this.#queue !== undefined && group.isPending(at.item)) {
      const later = new OncePending(() => this.commit(at, mutation, trace));
      this.#queue.follow(later);
      return later;
    }
    const node = group.items.get(at.item)!;
    node.extras = { ...node.extras, owner };
    if (mutation.guard !== undefined) return this.#unchanged(group, at, 'applied', standing.rev);
    return { change: undefined, old: standing.value };
  }

  /** A group that is not in the catalog yet. */
  add(at: GroupAddress): GroupIndex {
    return this.#catalog.add(at, {
      isTransient: this.parts.isTransient(at.stream),
      epoch: this.epochOf(at.stream),
      seq: 0,
      timestamp: this.#catalog.floor,
      horizon: 0,
      items: new Map(),
      tombstones: undefined,
      revs: new RevOrder(),
    });
  }

  /** Of a new group. */
  epochOf(stream: string): string {
    return this.parts.epoch.ofNewGroup(this.parts.isTransient(stream));
  }

  confirm(group: GroupIndex, sequenced: Sequenced, bytes: number): void {
    this.#apply(group, sequenced, bytes);
    if (sequenced.created === 0) this.parts.housekeeping.deleted(group);
    this.listener.change(sequenced.change);
    this.listener.committed(sequenced.change);
  }

  confirmAll(group: GroupIndex, changes: readonly Sequenced[], bytes: readonly number[]): void {
    for (const [index, sequenced] of changes.entries()) this.#apply(group, sequenced, bytes[index] ?? 0);
    if (changes.some(({ created }) => created === 0)) this.parts.housekeeping.deleted(group);
    for (const { change } of changes) {
      this.listener.change(change);
      this.listener.committed(change);
    }
  }

  #apply(group: GroupIndex, sequenced: Sequenced, bytes: number): void {
    group.confirm(sequenced, bytes);
    if (sequenced.extras?.expiresAt !== undefined) this.parts.expiry.add(group, group.node(sequenced.id)!);
  }

  rollBack(group: GroupIndex, { id }: Sequenced, key: string): void {
    group.rollBack();
    const node = group.node(id);
    this.parts.journal?.restore?.(key, node && { key, value: encodeItem(node) });
    this.forgetNew(group);
  }

  /** A group that no commit ever reached leaves nothing behind but its clock. */
  forgetNew(group: GroupIndex): void {
    if (!group.isNew) return;
    if (group.lastTimestamp > this.#catalog.floor) this.#catalog.floor = group.lastTimestamp;
    this.#catalog.forget(group);
  }

  /**
   * What has to be on disk before a record with extras: an older program would misread it, and refuses the store then.
   * @throws StreamError as `CommitQueue.push`
   */
  prepare(queue: CommitQueue): void {
    const { epoch } = this.parts;
    const record = epoch.extended();
    if (record === undefined) return;
    const settle = (error: StreamError | undefined): void => {
      if (error === undefined) epoch.confirmExtended();
    };
    queue.push({ records: [record], bytes: record.key.length + record.value.length, settle });
  }

  /** @throws StreamError `limit`: names too long for the backend */
  checkKey(key: string): void {
    const most = this.parts.journal?.maxKeyLength;
    if (most === undefined || key.length <= most) return;
    const what = `stream, group and item make a key of ${key.length} characters`;
    throw new StreamError('limit', `${what}, and the store's backend takes ${most}`);
  }

  /** @throws StreamError as `CommitQueue.push` and `checkKey`; nothing has changed then */
  #enqueue(
    queue: CommitQueue,
    group: GroupIndex,
    sequenced: Sequenced,
    result: Committed,
  ): Eventual<Committed> {
    const first = group.isNew ? this.parts.epoch.birthRecord(group, group.epoch) : undefined;
    const commit = new DurableCommit(this, group, sequenced, result, first);
    try {
      if (this.parts.journal?.maxKeyLength !== undefined) this.checkKey(commit.key);
      if (sequenced.extras !== undefined) this.prepare(queue);
      queue.push(commit);
    } catch (error) {
      this.forgetNew(group);
      throw error;
    }
    group.stage(sequenced);
    return commit;
  }

  /** What was decided against a write that waits for the disk is said when that is there, and fails with it. */
  #unchanged(
    group: GroupIndex | undefined,
    at: ItemAddress,
    outcome: Receipt['outcome'],
    rev: number,
  ): Eventual<Committed> {
    const epoch = group?.epoch ?? this.epochOf(at.stream);
    const result: Committed = {
      change: undefined,
      old: group?.current(at.item),
      receipt: { outcome, rev, epoch },
    };
    if (this.#queue === undefined || group?.isPending(at.item) !== true) return result;
    const later = new AfterPending((error) => {
      if (error !== undefined) throw error;
      return result;
    });
    this.#queue.follow(later);
    return later;
  }
}

const applied = ({ change, rev }: Sequenced, old: Committed['old']): Committed => ({
  change,
  old,
  receipt: { outcome: 'applied', rev, epoch: change.epoch },
});
