import type { JsonText } from '../../../generated/json-text.js';
import type {
  Change,
  Cursor,
  CustomEvent,
  GroupAddress,
  ItemAddress,
  Since,
  Snapshot,
  TraceContext,
} from '../../domain/change.js';
import { type Now, nextTimestamp } from '../../domain/clock.js';
import type { Eventual } from '../../domain/deferred.js';
import { StreamError } from '../../domain/errors.js';
import type { Committed, Mutation, Store, StoreHealth, StoreListener, StreamListing } from '../port.js';
import { Catalog } from './catalog.js';
import { type CommitObserver, CommitQueue } from './commit-queue.js';
import { type CommitOwner, DurableCommit } from './durable-commit.js';
import type { GroupIndex } from './group-index.js';
import { Housekeeping, type TombstoneOptions } from './housekeeping.js';
import type { Journal } from './journal.js';
import { loadJournal } from './load.js';
import { RevOrder, type Sequenced } from './node.js';
import { encodeItem } from './records.js';
import { StoreEpoch } from './store-epoch.js';

export interface LocalOptions {
  readonly tombstones: TombstoneOptions;
  /** Bytes of writes that may wait for the disk before calls fail with `overloaded`. @default 67108864 */
  readonly maxQueuedBytes: number;
  /** @default Date.now */
  readonly now?: Now;
  readonly observer?: CommitObserver;
}

const nobody: StoreListener = { change() {}, event() {}, committed() {}, gap() {} };

/**
 * All state in memory, truth in the journal: reads never wait for the disk, a write is replied to when its record is
 * durable. Without a journal it is the in-memory store: a commit is then synchronous.
 */
export class LocalStore implements Store {
  readonly kind: string;
  readonly backup?: NonNullable<Store['backup']>;
  readonly #catalog: Catalog;
  readonly #epoch: StoreEpoch;
  readonly #journal: Journal | undefined;
  readonly #queue: CommitQueue | undefined;
  readonly #maxKeyLength: number | undefined;
  readonly #housekeeping: Housekeeping;
  readonly #now: Now;
  #listener = nobody;
  /** Milliseconds; no group that is not in the catalog was stamped later than this. */
  #floor = 0;

  private constructor(catalog: Catalog, epoch: StoreEpoch, options: LocalOptions, journal?: Journal) {
    const { now = Date.now, maxQueuedBytes, observer, tombstones } = options;
    this.kind = journal?.kind ?? 'in_memory';
    if (journal?.backup !== undefined) this.backup = journal.backup;
    this.#catalog = catalog;
    this.#epoch = epoch;
    this.#journal = journal;
    this.#maxKeyLength = journal?.maxKeyLength;
    this.#now = now;
    this.#queue = journal && new CommitQueue(journal, maxQueuedBytes, observer);
    this.#housekeeping = new Housekeeping(catalog, epoch, tombstones, now, this.#queue);
  }

  /** Loads everything the journal holds. Rejects when it can't. */
  static async open(options: LocalOptions, journal?: Journal): Promise<LocalStore> {
    const catalog = journal?.index?.catalog ?? new Catalog();
    const epoch = journal === undefined ? new StoreEpoch() : await loadJournal(catalog, journal);
    return new LocalStore(catalog, epoch, options, journal);
  }

  /** Live items of all groups. */
  get size(): number {
    let items = 0;
    for (const group of this.#catalog.all()) items += group.items.size;
    return items;
  }

  listen(listener: StoreListener): void {
    this.#listener = listener;
  }

  commit(address: ItemAddress, mutation: Mutation, trace?: TraceContext): Eventual<Committed> {
    const known = this.#catalog.get(address);
    const { item } = address;
    const old = known?.current(item);
    const value =
      mutation.kind === 'set' ? mutation.value : mutation.kind === 'update' ? mutation.apply(old) : undefined;
    if (value === undefined && (mutation.kind === 'update' || old === undefined))
      return { change: undefined, old };
    const group = known ?? this.#add(address);
    const sequenced = group.sequence(item, value, old, this.#now(), trace);
    const result = { change: sequenced.change, old };
    if (this.#queue !== undefined) return this.#enqueue(this.#queue, group, sequenced, result);
    this.#confirm(group, sequenced, 0);
    return result;
  }

  get(address: ItemAddress): JsonText | undefined {
    const group = this.#catalog.get(address);
    return group?.current(address.item);
  }

  list(at: GroupAddress): readonly JsonText[] {
    const group = this.#catalog.get(at);
    return group === undefined ? [] : group.values();
  }

  listGroups(stream: string): readonly string[] {
    return this.#catalog.listGroups(stream);
  }

  listAll(): readonly StreamListing[] {
    return this.#catalog.listAll();
  }

  snapshot(at: GroupAddress): Snapshot {
    return this.#catalog.get(at)?.snapshot() ?? this.#nothing();
  }

  changesSince(at: GroupAddress, cursor: Cursor): Since {
    const group = this.#catalog.get(at);
    if (group !== undefined) return group.changesSince(cursor);
    const snapshot = this.#nothing();
    if (cursor.seq !== 0 || cursor.epoch !== snapshot.epoch)
      return { kind: 'reset', reason: 'epoch', snapshot };
    return { kind: 'changes', ...snapshot, changes: [] };
  }

  publish(unstamped: Omit<CustomEvent, 'timestamp'>): Eventual<CustomEvent> {
    const event: CustomEvent = { ...unstamped, timestamp: this.#stamp(unstamped) };
    const group = this.#catalog.get(unstamped);
    if (this.#queue === undefined || !group?.hasPending) {
      this.#listener.event(event);
      return event;
    }
    // Its timestamp lies above those of changes that wait for the disk: it must not reach a subscriber before them.
    const queue = this.#queue;
    return new Promise((resolve) => {
      const settle = () => {
        group.passed(event.timestamp);
        this.#listener.event(event);
        resolve(event);
      };
      queue.push({ records: [], bytes: 0, settle });
    });
  }

  announce(unstamped: Omit<Change, 'timestamp' | 'seq' | 'epoch'>): Change {
    const change: Change = { ...unstamped, timestamp: this.#stamp(unstamped), seq: 0, epoch: '' };
    this.#listener.change(change);
    return change;
  }

  #stamp(at: GroupAddress): number {
    const group = this.#catalog.get(at);
    if (group === undefined) {
      this.#floor = nextTimestamp(this.#now(), this.#floor);
      return this.#floor;
    }
    const timestamp = group.stamp(this.#now());
    if (!group.hasPending) group.passed(timestamp);
    return timestamp;
  }

  watch(): void {}
  unwatch(): void {}

  health(): StoreHealth {
    return this.#journal?.health() ?? { writable: true };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#housekeeping.stop();
    await this.#queue?.idle();
    await this.#journal?.close();
  }

  #add(at: GroupAddress): GroupIndex {
    return this.#catalog.add(at, {
      epoch: this.#epoch.ofNewGroup,
      seq: 0,
      timestamp: this.#floor,
      horizon: 0,
      items: new Map(),
      tombstones: undefined,
      revs: new RevOrder(),
    });
  }

  #nothing(): Snapshot {
    const now = this.#now();
    if (now > this.#floor) this.#floor = now;
    return { epoch: this.#epoch.ofNewGroup, seq: 0, timestamp: this.#floor, items: [] };
  }

  /** @throws StreamError as `CommitQueue.push`, or `limit`: names too long for the backend; nothing has changed then */
  #enqueue(
    queue: CommitQueue,
    group: GroupIndex,
    sequenced: Sequenced,
    result: Committed,
  ): Eventual<Committed> {
    const first = group.isNew ? this.#epoch.birthRecord(group, group.epoch) : undefined;
    const commit = new DurableCommit(this.#owner, group, sequenced, result, first);
    try {
      if (this.#maxKeyLength !== undefined) checkKey(commit.key, this.#maxKeyLength);
      queue.push(commit);
    } catch (error) {
      this.#forgetNew(group);
      throw error;
    }
    group.stage(sequenced);
    return commit;
  }

  readonly #confirm = (group: GroupIndex, sequenced: Sequenced, bytes: number): void => {
    group.confirm(sequenced, bytes);
    if (sequenced.created === 0) this.#housekeeping.deleted(group);
    this.#listener.change(sequenced.change);
    this.#listener.committed(sequenced.change);
  };

  readonly #rollBack = (group: GroupIndex, { id }: Sequenced, key: string): void => {
    group.rollBack();
    const node = group.node(id);
    this.#journal?.restore?.(key, node && { key, value: encodeItem(node) });
    this.#forgetNew(group);
  };

  readonly #owner: CommitOwner = { confirm: this.#confirm, rollBack: this.#rollBack };

  /** A group that no commit ever reached leaves nothing behind but its clock. */
  #forgetNew(group: GroupIndex): void {
    if (!group.isNew) return;
    if (group.lastTimestamp > this.#floor) this.#floor = group.lastTimestamp;
    this.#catalog.forget(group);
  }
}

function checkKey(key: string, most: number): void {
  if (key.length <= most) return;
  const what = `stream, group and item make a key of ${key.length} characters`;
  throw new StreamError('limit', `${what}, and the store's backend takes ${most}`);
}
