import type { JsonText } from '../../generated/json-text.js';
import type { Cursor, GroupAddress, Since, Snapshot } from '../domain/change.js';
import type { Eventual } from '../domain/deferred.js';

/** One message of a subscription, as text. What a transport makes of it is its encoder's. */
export interface Message {
  /** Where it brings its reader: everything up to this seq of `epoch` is known then. 0 = nowhere. */
  readonly seq: number;
  readonly epoch: string;
  readonly text: JsonText;
}

/** A message that moves no cursor: an acknowledgement, a notice, an event without seq. */
export const unsequenced = (text: JsonText): Message => ({ seq: 0, epoch: '', text });

/** Messages encoded for one variant, ready to be written to any number of its outlets unchanged. */
export type Frames = Uint8Array;

/** The ways in which a message is put into bytes. Outlets of one variant get the same bytes. */
export type Variant = 'ws' | 'sse' | 'poll';

/** Puts messages into one run of bytes. Called once per group, tick and variant, however many members there are. */
export type Encoder = (messages: readonly Message[]) => Frames;

export type Encoders = Readonly<Record<Variant, Encoder>>;

/**
 * Where one client's messages go: one connection, seen from delivery. Never blocks and never throws; after its end
 * writes are ignored. Bytes leave in the order written.
 */
export interface Outlet {
  /** Unique in this process. */
  readonly id: string;
  /** The encoding that its bytes are in. Never changes. */
  readonly variant: Variant;
  /** What join and leave handlers are told about it, where that is not its variant. */
  readonly transport?: 'sse' | 'poll';
  /** Queues bytes that the variant's encoder built. The outlet keeps a reference and must not change them. */
  write(frames: Frames): void;
  /** Bytes accepted by `write` that the operating system has not taken yet. */
  readonly queuedBytes: number;
  /**
   * Delivery stopped pushing because `queuedBytes` passed the bound. The outlet calls `SubscriptionService.drained`
   * once it is (nearly) empty, and closes itself with the slow-consumer code when that takes too long.
   */
  paused(): void;
  /** A subscription ended for good, because its sync passes `limits.sync_bytes`; the client was told by a message. */
  unsyncable?(): void;
}

/** What is subscribed to. */
export interface ItemOrGroup extends GroupAddress {
  /** Absent: the whole group. */
  readonly item: string | undefined;
}

/** One wish to subscribe. */
export interface SubscriptionRequest extends ItemOrGroup {
  /** Unique on its outlet. */
  readonly subscriptionId: string;
  /** Resume after this cursor; absent = full sync. */
  readonly since: Cursor | undefined;
  /** Sync data as `[{id, rev, data}]`. */
  readonly withItems: boolean;
  /** Wants the `subscribed` acknowledgement also without `since`. */
  readonly ack: boolean;
  /** Items that one message of a sync may hold; absent = all of them come in one. */
  readonly page?: number | undefined;
  /** Takes updates as ops, and is acknowledged. @default false */
  readonly ops?: boolean;
}

/**
 * One subscription of one outlet. There are many, so this is the only record of it: whoever has to know one asks the
 * hub, and all of a group share one address.
 */
export class Subscription implements ItemOrGroup {
  readonly subscriptionId: string;
  /** The group's own object: the same for all of its subscriptions. */
  readonly at: GroupAddress;
  readonly item: string | undefined;
  readonly withItems: boolean;
  /** Its first reply begins with the `subscribed` acknowledgement. */
  readonly acknowledged: boolean;
  /** Items that one message of a sync may hold; undefined = all of them come in one. */
  readonly page: number | undefined;
  /** It takes updates as ops. */
  readonly ops: boolean;
  /** What its owner wants to find again when it ends. */
  readonly context: JsonText | undefined;
  /** Until its first reply: the cursor to resume after. */
  since: Cursor | undefined;

  constructor(at: GroupAddress, request: SubscriptionRequest, context: JsonText | undefined) {
    const { subscriptionId, item, since, withItems, ack, page, ops = false } = request;
    this.subscriptionId = subscriptionId;
    this.at = at;
    this.item = item;
    this.withItems = withItems;
    this.acknowledged = ack || ops || since !== undefined;
    this.page = item === undefined ? page : undefined;
    this.ops = ops;
    this.context = context;
    this.since = since;
  }

  get stream(): string {
    return this.at.stream;
  }

  get group(): string {
    return this.at.group;
  }
}

/** Replies to the two questions of delivery for one group: the store, or the functions of a custom stream. */
export interface Source {
  /**
   * Its changes have no seq (D17), so that timestamps tell what a reply holds: every change whose own is not above the
   * reply's. @default false
   */
  readonly isOrderedByTime?: boolean;
  /** `item` tells that only this item is wanted; the reply may hold more. */
  snapshot(group: GroupAddress, item: string | undefined): Eventual<Snapshot>;
  changesSince(group: GroupAddress, cursor: Cursor): Eventual<Since>;
  watch(group: GroupAddress): void;
  unwatch(group: GroupAddress): void;
}

/** Counters that delivery keeps; read by the metrics. */
export interface DeliveryCounters {
  /** Messages handed to outlets. */
  deliveries: number;
  /** Replies to *what changed after my cursor?*, on resume and after a pause. */
  catchUps: number;
  /** Custom events that a slow client missed. */
  droppedEvents: number;
  /** Times an outlet was paused. */
  pauses: number;
}

/** What the groups need of their hub. */
export interface DeliveryContext {
  readonly encoders: Encoders;
  readonly counters: DeliveryCounters;
  /** Hands frames of `count` messages to an outlet, and pauses it when that filled it. */
  send(outlet: Outlet, frames: Frames, count: number): void;
  /** True when the outlet holds more bytes than it may. */
  isFull(outlet: Outlet): boolean;
  /** Stops pushing to an outlet, in all of its groups. */
  pause(outlet: Outlet): void;
  /** Bytes of values that a sync in one piece may have. */
  syncBytes(): number;
  /** A sync would pass that: tells the client, and ends the subscription once this tick is over. */
  tooLarge(outlet: Outlet, subscription: Subscription): void;
  /** Asks for a `flush` at the end of this tick. */
  flushLater(one: { flush(): void }): void;
  /** The source could not reply: asks for a `gap` in a while. */
  retryLater(one: { gap(): void }): void;
  /** Asks for a `clear` when what was cached is old. */
  clearLater(one: { clear(): void }): void;
  log(error: unknown, what: string): void;
}
