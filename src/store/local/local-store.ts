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
import type {
  Committed,
  ItemAt,
  Mutation,
  Store,
  StoreHealth,
  StoreListener,
  StreamListing,
} from '../port.js';
import { AfterPending } from './after-pending.js';
import { Catalog } from './catalog.js';
import { type CommitObserver, CommitQueue } from './commit-queue.js';
import { Housekeeping, type TombstoneOptions } from './housekeeping.js';
import type { Journal } from './journal.js';
import { loadJournal } from './load.js';
import { StoreEpoch } from './store-epoch.js';
import { Transactions } from './transactions.js';
import { Writer } from './writer.js';

export interface LocalOptions {
  readonly tombstones: TombstoneOptions;
  /** Bytes of writes that may wait for the disk before calls fail with `overloaded`. @default 67108864 */
  readonly maxQueuedBytes: number;
  /** @default Date.now */
  readonly now?: Now;
  readonly observer?: CommitObserver;
}

/**
 * All state in memory, truth in the journal: reads never wait for the disk, a write is replied to when its record is
 * durable. Without a journal it is the in-memory store: a commit is then synchronous.
 */
export class LocalStore implements Store {
  readonly kind: string;
  readonly backup?: NonNullable<Store['backup']>;
  readonly transact?: NonNullable<Store['transact']>;
  readonly #catalog: Catalog;
  readonly #epoch: StoreEpoch;
  readonly #journal: Journal | undefined;
  readonly #queue: CommitQueue | undefined;
  readonly #housekeeping: Housekeeping;
  readonly #writer: Writer;
  readonly #now: Now;

  private constructor(catalog: Catalog, epoch: StoreEpoch, options: LocalOptions, journal?: Journal) {
    const { now = Date.now, maxQueuedBytes, observer, tombstones } = options;
    this.kind = journal?.kind ?? 'in_memory';
    if (journal?.backup !== undefined) this.backup = journal.backup;
    this.#catalog = catalog;
    this.#epoch = epoch;
    this.#journal = journal;
    this.#now = now;
    this.#queue = journal && new CommitQueue(journal, maxQueuedBytes, observer);
    this.#housekeeping = new Housekeeping(catalog, epoch, tombstones, now, this.#queue);
    this.#writer = new Writer({
      catalog,
      epoch,
      now,
      housekeeping: this.#housekeeping,
      journal,
      queue: this.#queue,
    });
    if (journal?.isAtomic !== false) {
      const transactions = new Transactions(this.#writer);
      this.transact = (at, writes, trace) => transactions.run(at, writes, trace);
    }
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
      this.#writer.listener.event(event);
      return event;
    }
    // Its timestamp lies above those of changes that wait for the disk: it must not reach a subscriber before them.
    const queue = this.#queue;
    return new Promise((resolve) => {
      const settle = () => {
        group.passed(event.timestamp);
        this.#writer.listener.event(event);
        resolve(event);
      };
      queue.push({ records: [], bytes: 0, settle });
    });
  }

  announce(unstamped: Omit<Change, 'timestamp' | 'seq' | 'epoch'>): Change {
    const change: Change = { ...unstamped, timestamp: this.#stamp(unstamped), seq: 0, epoch: '' };
    this.#writer.listener.change(change);
    return change;
  }

  #stamp(at: GroupAddress): number {
    const group = this.#catalog.get(at);
    if (group === undefined) {
      this.#catalog.floor = nextTimestamp(this.#now(), this.#catalog.floor);
      return this.#catalog.floor;
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

  #nothing(): Snapshot {
    const now = this.#now();
    if (now > this.#catalog.floor) this.#catalog.floor = now;
    return { epoch: this.#epoch.ofNewGroup, seq: 0, timestamp: this.#catalog.floor, items: [] };
  }
}
