import type { JsonText } from '../../generated/json-text.js';
import type {
  Change,
  Cursor,
  CustomEvent,
  GroupAddress,
  ItemAddress,
  OpsChange,
  OpsText,
  Since,
  Snapshot,
  StoredItem,
  TraceContext,
} from '../domain/change.js';
import type { Guard, Outcome, Receipt } from '../domain/condition.js';
import type { Eventual } from '../domain/deferred.js';
import type { Extras, Lifetime, RemovalReason } from '../domain/lifetime.js';
import type { WriteOutcome } from '../domain/transaction.js';
import type { StoreUsage } from '../observability/metric-sources.js';

/**
 * A write to one item. `update.apply` is pure and may run more than once (compare-and-set); it returns undefined when
 * it changes nothing, and then there is no change either. `update.ops` are those ops that succeeded in its
 * last run. With a guard it is applied only where that allows it.
 */
export type Mutation = (
  | { readonly kind: 'set'; readonly value: JsonText }
  | { readonly kind: 'delete' }
  | {
      readonly kind: 'update';
      readonly apply: (current: JsonText | undefined) => JsonText | undefined;
      readonly ops?: () => OpsText | undefined;
    }
) & {
  readonly guard?: Guard;
  /** How long the item lives. Refused with `unsupported` by a store without `lifetimes`. */
  readonly life?: Lifetime | undefined;
  /** Of a delete that nobody asked for. */
  readonly reason?: RemovalReason;
};

/**
 * What a committed write did. `change` is undefined when nothing changed: no seq, no event. `old` is the value that it
 * met. The receipt is there when the mutation has a guard.
 */
export interface Committed {
  readonly change: Change | undefined;
  readonly old: JsonText | undefined;
  readonly receipt?: Receipt;
}

/** One write of a transaction. */
export interface GuardedWrite {
  readonly item: string;
  readonly mutation: Mutation & { readonly guard: Guard };
}

/** What a transaction did. Whatever is not `applied` changed nothing. */
export interface Transacted {
  readonly outcome: Outcome;
  readonly epoch: string;
  /** Where the group stands after it. */
  readonly seq: number;
  /** One for each write, in their order. */
  readonly results: readonly WriteOutcome[];
}

/** An item with what its rev belongs to. */
export interface ItemAt {
  readonly epoch: string;
  readonly item: StoredItem;
}

/** One stream in `listAll`: group ids sorted. */
export interface StreamListing {
  readonly id: string;
  readonly groups: readonly string[];
}

/** An item of a connection that is no longer there. */
export interface LostItem {
  readonly at: ItemAddress;
  readonly owner: string;
  readonly value: JsonText;
  /** Milliseconds that it had still to live; undefined = for ever. */
  readonly ttlMs: number | undefined;
}

export interface OwnershipEvents {
  /** Milliseconds between the end of a process and that of its items; looked up each time. */
  graceMs(): number;
  /** Milliseconds without a sign of life after which this process counts as dead; looked up each time. */
  leaseMs(): number;
  /** Whether this process tells anybody of the end of this subscription. @param joined as `Ownership.joined` was given it */
  tells(joined: JsonText): boolean;
  /** A subscription ended with its process. Called once in all processes. */
  crashed(joined: JsonText): void;
  /** This process was taken for dead, and its item removed. */
  lost(item: LostItem): void;
}

/**
 * What a store does for items that go with connections (D74): an item keeps an owner token, which begins with its connection's id, and whoever
 * ends that connection deletes the item where it still has this token.
 */
export interface Ownership {
  /** What the ids of this process' connections begin with, before a dot. No other process has or had the same. */
  readonly process: string;
  /** Begins to remove the items of processes that ended. Called once. */
  begin(events: OwnershipEvents): void;
  /** An item will belong to this process: said before it is written, so that others find it should this process die. */
  note(at: ItemAddress): void;
  /** It does no more. */
  forget(at: ItemAddress): void;
  /**
   * A subscription began whose end somebody is to be told, should this process not be able to.
   * @param id of printable ASCII, begins with the connection's
   */
  joined(id: string, joined: JsonText): void;
  /** It ended. */
  left(id: string): void;
}

/** When an item is removed, and the owner token of the connection that it goes with. */
export type Lives = ReadonlyMap<string, Pick<Extras, 'expiresAt' | 'owner'>>;

/** Whether writes can succeed now, and if not, one sentence that says why. */
export type StoreHealth = { readonly writable: true } | { readonly writable: false; readonly reason: string };

/** What a store tells the rest of the house. Calls are synchronous; a listener never throws. */
export interface StoreListener {
  /** A change is committed and visible to every node: per group in seq order, each once. Feeds subscribers. */
  change(change: Change): void;
  /**
   * The same of an update that comes as ops. Who cannot do with them waits for its value: `change` follows where
   * `isFollowed`, else `changesSince` has it. @default such updates are gaps
   */
  ops?(change: OpsChange, isFollowed: boolean): void;
  /** A custom event of a group, from any node. Feeds subscribers. */
  event(event: CustomEvent): void;
  /** This node committed a change: per group in seq order, each exactly once in the cluster. Feeds triggers. */
  committed(change: Change): void;
  /** The feed of these watched groups may have missed changes (all of them when absent): ask `changesSince`. */
  gap(group?: GroupAddress): void;
}

/**
 * Durable, sequenced storage of groups (the design's one idea). All adapters pass `contract.ts`.
 *
 * Order: what one caller asks for one item takes effect in the order asked, and `get`/`list` see every write asked
 * before them by this node, also one that is not on disk yet (D11). `snapshot` and
 * `changesSince` see committed state only, because their cursors leave the process.
 *
 * Every method throws or rejects with `StreamError` (reason `unavailable`, `read_only`, `overloaded`, …) when it cannot do what it is asked.
 */
export interface Store extends AsyncDisposable {
  /** `in_memory`, `file_based`, the package of a `uri` store, or `redis`. For logs and metrics. */
  readonly kind: string;
  /** Items may expire. */
  readonly lifetimes: boolean;
  /** Absent where items cannot belong to connections. */
  readonly owned?: Ownership;
  /** Sets the one listener; called once, before the first commit. */
  listen(listener: StoreListener): void;
  /** Applies one mutation; the result comes when it is as durable as the adapter promises, after its `committed` call. */
  commit(address: ItemAddress, mutation: Mutation, trace?: TraceContext): Eventual<Committed>;
  /**
   * Applies writes to distinct items of one group, all or none, under consecutive seqs: whoever reads sees all or none.
   * Absent where the backend writes no two records in one step.
   */
  transact?(group: GroupAddress, writes: readonly GuardedWrite[], trace?: TraceContext): Eventual<Transacted>;
  /** Resolves when every write asked of the group before has its reply; undefined when there is none without. */
  settled(group: GroupAddress): Promise<void> | undefined;
  /**
   * The item at its last committed rev, once every write asked for it before has its reply: the rev leaves the process,
   * so it must not be one that a failing disk takes back.
   */
  item(address: ItemAddress): Eventual<ItemAt | undefined>;
  /** The item's value, or undefined. */
  get(address: ItemAddress): Eventual<JsonText | undefined>;
  /** The group's values in creation order. */
  list(group: GroupAddress): Eventual<readonly JsonText[]>;
  /** Ids of the stream's non-empty groups, sorted. */
  listGroups(stream: string): Eventual<readonly string[]>;
  /** Every stream with a non-empty group, sorted by id. */
  listAll(): Eventual<readonly StreamListing[]>;
  /** The group at its latest committed seq. A group never written has seq 0 and no items. */
  snapshot(group: GroupAddress): Eventual<Snapshot>;
  /** What changed after `cursor`: see `Since`. */
  changesSince(group: GroupAddress, cursor: Cursor): Eventual<Since>;
  /** The group's items that have either, by id: for whoever looks at a running store. */
  lives(group: GroupAddress): Eventual<Lives>;
  /** Stamps a custom event from the group's clock and hands it to every node's `event` listener; resolves when it is out. */
  publish(event: Omit<CustomEvent, 'timestamp'>): Eventual<CustomEvent>;
  /** Stamps a change that this store does not hold (custom streams; seq 0) and hands it to every node's `change` listener. */
  announce(change: Omit<Change, 'timestamp' | 'seq' | 'epoch'>): Eventual<Change>;
  /** Declares interest in a group's feed; a store that sees everything ignores it. Balanced by `unwatch`. */
  watch(group: GroupAddress): void;
  unwatch(group: GroupAddress): void;
  health(): StoreHealth;
  /** What it takes; absent where there is nothing to tell. */
  usage?(): StoreUsage;
  /**
   * Copies the store as it is into an empty directory on its machine; absent where the backend has its own way.
   * @throws LocalError `backup_failed`
   */
  backup?(directory: string): Promise<void>;
}
