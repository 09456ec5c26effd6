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
import type { Committed, Mutation, Store, StoreHealth, StoreListener, StreamListing } from '../port.js';
import { Catalog } from './catalog.js';
import { CommitQueue } from './commit-queue.js';
import { DurableCommits } from './durable-commits.js';
import type { GroupIndex, Sequenced } from './group-index.js';
import { Housekeeping } from './housekeeping.js';
import type { Journal } from './journal.js';
import { type Lineage, loadJournal } from './load.js';
import type { LocalOptions } from './options.js';
import { currentValue, currentValues, isListed, lineage } from './view.js';

const nobody: StoreListener = { change() {}, event() {}, committed() {}, gap() {} };

/**
 * All state in memory, truth in the journal (storage.md in words: reads never wait for disk, a write answers when its
 * record is durable). Without a journal it is the in-memory store: a commit is then synchronous.
 */
export class LocalStore implements Store {
  readonly kind: string;
  readonly backup?: NonNullable<Store['backup']>;
  readonly #catalog: Catalog;
  readonly #identity: Lineage;
  readonly #journal: Journal | undefined;
  readonly #queue: CommitQueue | undefined;
  readonly #commits: DurableCommits | undefined;
  readonly #housekeeping: Housekeeping;
  readonly #now: Now;
  #listener = nobody;
  /** Milliseconds; no group that is not in the catalog was stamped later than this. */
  #floor = 0;

  private constructor(
    catalog: Catalog,
    identity: Lineage,
    options: LocalOptions,
    journal: Journal | undefined,
  ) {
    this.kind = journal?.kind ?? 'in_memory';
    if (journal?.backup !== undefined) this.backup = journal.backup;
    this.#catalog = catalog;
    this.#identity = identity;
    this.#journal = journal;
    this.#now = options.now ?? Date.now;
    this.#queue = journal && new CommitQueue(journal, options.maxQueuedBytes, options.observer);
    this.#commits =
      this.#queue &&
      new DurableCommits(this.#queue, {
        publish: (group, sequenced, bytes) => this.#publish(group, sequenced, bytes),
        discard: (group) => this.#discard(group),
      });
    this.#housekeeping = new Housekeeping(catalog, identity, options, this.#now, this.#queue);
  }

  /** Loads everything the journal holds. Rejects when it can't. */
  static async open(options: LocalOptions, journal?: Journal): Promise<LocalStore> {
    const catalog = journal?.index?.catalog ?? new Catalog();
    const identity = await loadJournal(catalog, journal);
    return new LocalStore(catalog, identity, options, journal);
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
    const old = known && currentValue(known, address.item);
    const value =
      mutation.kind === 'set' ? mutation.value : mutation.kind === 'update' ? mutation.apply(old) : old;
    if (value === undefined) return { change: undefined, old };
    const group = known ?? this.#open(address);
    const sequenced = this.#sequence(
      group,
      address.item,
      mutation.kind === 'delete' ? 'delete' : old === undefined ? 'create' : 'update',
      value,
      old,
      trace,
    );
    const result = { change: sequenced.change, old };
    if (this.#commits === undefined) {
      group.pendingSeq = sequenced.change.seq;
      group.pendingTimestamp = sequenced.change.timestamp;
      this.#publish(group, sequenced, 0);
      return result;
    }
    const first = group.pendingSeq === 0 ? this.#identity.birthRecord(group) : undefined;
    return this.#commits.push(group, sequenced, result, first);
  }

  get(address: ItemAddress): JsonText | undefined {
    const group = this.#catalog.get(address);
    return group && currentValue(group, address.item);
  }

  list(at: GroupAddress): readonly JsonText[] {
    const group = this.#catalog.get(at);
    return group === undefined ? [] : currentValues(group);
  }

  listGroups(stream: string): readonly string[] {
    return this.#catalog.listGroups(stream, isListed);
  }

  listAll(): readonly StreamListing[] {
    return this.#catalog.listAll(isListed);
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
    if (this.#queue === undefined || group?.pending === undefined) {
      this.#listener.event(event);
      return event;
    }
    // Its timestamp lies above those of changes that wait for the disk: it must not reach a subscriber before them.
    const queue = this.#queue;
    return new Promise((resolve) => {
      const settle = () => {
        if (event.timestamp > group.timestamp) group.timestamp = event.timestamp;
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
    group.pendingTimestamp = nextTimestamp(this.#now(), group.pendingTimestamp);
    if (group.pending === undefined) group.timestamp = group.pendingTimestamp;
    return group.pendingTimestamp;
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

  #open(at: GroupAddress): GroupIndex {
    const group = this.#catalog.open(at, () => this.#identity.epochOfNewGroup());
    group.timestamp = this.#floor;
    group.pendingTimestamp = this.#floor;
    return group;
  }

  #nothing(): Snapshot {
    const now = this.#now();
    if (now > this.#floor) this.#floor = now;
    return { epoch: this.#identity.epochOfNewGroup(), seq: 0, timestamp: this.#floor, items: [] };
  }

  #sequence(
    group: GroupIndex,
    item: string,
    kind: Change['kind'],
    value: JsonText,
    old: JsonText | undefined,
    trace: TraceContext | undefined,
  ): Sequenced {
    const seq = group.pendingSeq + 1;
    const timestamp = nextTimestamp(this.#now(), group.pendingTimestamp);
    const { stream, group: id, epoch } = group;
    const change: Change = { stream, group: id, item, kind, seq, epoch, timestamp, value, old, trace };
    const { created, deletedBefore } = lineage(group, item);
    return { change, created: kind === 'create' ? seq : created, deletedBefore };
  }

  /** Leaves nothing behind but its clock. */
  #discard(group: GroupIndex): void {
    if (group.pendingTimestamp > this.#floor) this.#floor = group.pendingTimestamp;
    this.#catalog.forget(group);
  }

  #publish(group: GroupIndex, sequenced: Sequenced, bytes: number): void {
    group.apply(sequenced, bytes);
    if (sequenced.change.kind === 'delete') this.#housekeeping.deleted(group);
    this.#listener.change(sequenced.change);
    this.#listener.committed(sequenced.change);
  }
}
