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
import type { StoreUsage } from '../../observability/metric-sources.js';
import type {
  Committed,
  ItemAt,
  Lives,
  Mutation,
  Store,
  StoreHealth,
  StoreListener,
  StreamListing,
} from '../port.js';
import { AfterPending } from './after-pending.js';
import { Catalog } from './catalog.js';
import { CommitQueue } from './commit-queue.js';
import { Expiry } from './expiry.js';
import { FormerOwners } from './former-owners.js';
import { Housekeeping } from './housekeeping.js';
import type { Journal } from './journal.js';
import { loadJournal } from './load.js';
import type { LocalOptions } from './local-options.js';
import { livesOf } from './node.js';
import { StampClock } from './stamp-clock.js';
import type { StampFile } from './stamp-file.js';
import { StampMark } from './stamp-mark.js';
import { stateRecords } from './state-records.js';
import { StoreEpoch } from './store-epoch.js';
import { Transactions } from './transactions.js';
import { Unsequenced } from './unsequenced.js';
import { Writer } from './writer.js';

export type { LocalOptions };

/**
 * All state in memory, truth in the journal: reads never wait for the disk, a write is replied to when its record is
 * durable. Without a journal it is the in-memory store: a commit is then synchronous.
 */
export class LocalStore implements Store {
  readonly kind: string;
  readonly lifetimes: boolean;
  readonly owned?: FormerOwners;
  readonly backup?: NonNullable<Store['backup']>;
  readonly transact?: NonNullable<Store['transact']>;
  readonly #catalog: Catalog;
  readonly #epoch: StoreEpoch;
  readonly #journal: Journal | undefined;
  readonly #queue: CommitQueue | undefined;
  readonly #housekeeping: Housekeeping;
  readonly #expiry: Expiry;
  readonly #writer: Writer;
  readonly #now: Now;
  readonly #clock: StampClock;
  readonly #stamps: StampFile | undefined;
  readonly #mark: StampMark;
  readonly #unsequenced: Unsequenced;
  readonly #isTransient: (stream: string) => boolean;

  private constructor(catalog: Catalog, epoch: StoreEpoch, options: LocalOptions, journal?: Journal) {
    const { now: wall = Date.now, maxQueuedBytes, observer, tombstones, stamps } = options;
    const clock = new StampClock(wall, catalog.usage, stamps?.mark ?? epoch.clock, stamps, options.maxLeadMs);
    if (journal === undefined && stamps === undefined) clock.limit = Number.POSITIVE_INFINITY;
    catalog.floor = clock.base;
    const now = clock.now;
    this.#clock = clock;
    this.#isTransient = (stream) => journal !== undefined && options.isTransient?.(stream) === true;
    this.#mark = new StampMark(clock, epoch);
    this.#stamps = stamps;
    this.kind = journal?.kind ?? 'in_memory';
    this.lifetimes = journal?.isAtomic !== false;
    if (journal?.backup !== undefined) this.backup = journal.backup;
    this.#catalog = catalog;
    this.#epoch = epoch;
    this.#journal = journal;
    this.#now = now;
    this.#queue = journal && new CommitQueue(journal, maxQueuedBytes, observer, this.#mark);
    this.#housekeeping = new Housekeeping(catalog, epoch, tombstones, wall, this.#queue);
    this.#expiry = new Expiry({
      catalog,
      now,
      commit: (at, mutation) => this.#writer.commit(at, mutation, undefined),
      idle: () => this.#queue?.idle() ?? Promise.resolve(),
    });
    this.#writer = new Writer({
      catalog,
      epoch,
      now,
      lead: clock.lead,
      housekeeping: this.#housekeeping,
      expiry: this.#expiry,
      journal,
      queue: this.#queue,
      reserve: () => this.#reserve(),
      isTransient: this.#isTransient,
    });
    if (journal?.isAtomic !== false) {
      this.owned = new FormerOwners(catalog, this.#writer);
      const transactions = new Transactions(this.#writer);
      this.transact = (at, writes, trace) => transactions.run(at, writes, trace);
    }
    this.#unsequenced = new Unsequenced(catalog, clock, this.#queue);
  }

  /** Loads everything the journal holds. Rejects when it can't. */
  static async open(options: LocalOptions, journal?: Journal): Promise<LocalStore> {
    const catalog = journal?.index?.catalog ?? new Catalog();
    const epoch =
      journal === undefined
        ? new StoreEpoch()
        : await loadJournal(catalog, journal, (options.now ?? Date.now)());
    const store = new LocalStore(catalog, epoch, options, journal);
    if (journal !== undefined) journal.state = () => stateRecords(catalog, epoch);
    if (store.#queue !== undefined) await store.#mark.begin(store.#queue);
    await store.#expiry.begin();
    return store;
  }

  /** Live items of all groups. */
  get size(): number {
    let items = 0;
    for (const group of this.#catalog.all()) items += group.items.size;
    return items;
  }

  listen(listener: StoreListener): void {
    this.#writer.listener = listener;
  }

  commit(address: ItemAddress, mutation: Mutation, trace?: TraceContext): Eventual<Committed> {
    return this.#writer.commit(address, mutation, trace);
  }

  settled(at: GroupAddress): Promise<void> | undefined {
    const queue = this.#queue;
    if (queue === undefined || this.#catalog.get(at)?.hasPending !== true) return undefined;
    return new Promise((resolve) =>
      queue.follow({ records: [], bytes: 0, settle: () => {}, reply: () => resolve() }),
    );
  }

  item(address: ItemAddress): Eventual<ItemAt | undefined> {
    const read = (): ItemAt | undefined => this.#catalog.get(address)?.committed(address.item);
    if (this.#queue === undefined || this.#catalog.get(address)?.isPending(address.item) !== true)
      return read();
    const later = new AfterPending(read);
    this.#queue.follow(later);
    return later;
  }

  get(address: ItemAddress): JsonText | undefined {
    return this.#catalog.get(address)?.current(address.item);
  }

  list(at: GroupAddress): readonly JsonText[] {
    return this.#catalog.get(at)?.values() ?? [];
  }

  listGroups(stream: string): readonly string[] {
    return this.#catalog.listGroups(stream);
  }

  listAll(): readonly StreamListing[] {
    return this.#catalog.listAll();
  }

  snapshot(at: GroupAddress): Snapshot {
    const group = this.#catalog.get(at);
    if (group === undefined) return this.#nothing(at);
    this.#reserve();
    return group.snapshot(this.#clock);
  }

  changesSince(at: GroupAddress, cursor: Cursor): Since {
    const group = this.#catalog.get(at);
    if (group !== undefined) return group.changesSince(cursor, this.#clock);
    const snapshot = this.#nothing(at);
    if (cursor.seq !== 0 || cursor.epoch !== snapshot.epoch)
      return { kind: 'reset', reason: 'epoch', snapshot };
    return { kind: 'changes', ...snapshot, changes: [] };
  }

  lives(at: GroupAddress): Lives {
    return livesOf(this.#catalog.get(at)?.items.values() ?? []);
  }

  publish(unstamped: Omit<CustomEvent, 'timestamp'>): Eventual<CustomEvent> {
    const event: CustomEvent = { ...unstamped, timestamp: this.#unsequenced.stamp(unstamped) };
    return this.#unsequenced.tell(event, (one) => this.#writer.listener.event(one));
  }

  announce(unstamped: Omit<Change, 'timestamp' | 'seq' | 'epoch'>): Eventual<Change> {
    const timestamp = this.#unsequenced.stamp(unstamped);
    const change: Change = { ...unstamped, timestamp, seq: 0, epoch: '' };
    return this.#unsequenced.tell(change, (one) => this.#writer.listener.change(one));
  }

  watch(): void {}
  unwatch(): void {}

  usage(): StoreUsage {
    const { usage, emptied, listed: groups } = this.#catalog;
    const { nodes, tombstones, tombstoneBytes: bytes } = usage;
    return {
      ...this.#journal?.usage?.(),
      held: { items: nodes - tombstones, groups },
      deleted: { tombstones, bytes, emptyGroups: emptied },
    };
  }

  health(): StoreHealth {
    return this.#journal?.health() ?? { writable: true };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#housekeeping.stop();
    this.#expiry.stop();
    this.owned?.stop();
    await this.#queue?.idle();
    if (this.#journal !== undefined) await this.#mark.end(this.#journal, this.#catalog.usage.timestamp);
    await this.#journal?.close();
    this.#stamps?.close();
  }

  #reserve(): void {
    if (this.#queue !== undefined) this.#mark.reserve(this.#queue);
  }

  #nothing({ stream }: GroupAddress): Snapshot {
    this.#reserve();
    const now = this.#now();
    const { limit, lead } = this.#clock;
    const timestamp = Math.min(nextTimestamp(now, this.#catalog.floor), limit, now + lead.most);
    if (timestamp > this.#catalog.floor) this.#catalog.floor = timestamp;
    const epoch = this.#epoch.ofNewGroup(this.#isTransient(stream));
    return { epoch, seq: 0, timestamp: this.#catalog.floor, items: [] };
  }
}
