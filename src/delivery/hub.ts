import type { JsonText } from '../../generated/json-text.js';
import type { Change, CustomEvent, GroupAddress, OpsChange } from '../domain/change.js';
import { Later } from './later.js';
import {
  type DeliveryContext,
  type DeliveryCounters,
  type Encoders,
  type Outlet,
  type Source,
  Subscription,
  type SubscriptionRequest,
} from './port.js';
import { Topic, type WatchedGroup } from './topic.js';
import { TurnEnd } from './turn-end.js';

/** Milliseconds until a source that failed is asked again. */
const RETRY_DELAY = 1_000;
/** Milliseconds until caches are cleared: twice the time that they serve. */
const CLEAR_DELAY = 400;

export interface HubOptions {
  readonly encoders: Encoders;
  /** Bytes that may wait in one outlet before it is paused. */
  readonly outboxBytes: () => number;
  /** Bytes of values that a sync in one piece may have. @default unlimited */
  readonly syncBytes?: () => number;
  /** A subscription that cannot be synced has been told so, and has to end. */
  readonly onTooLarge?: (outlet: Outlet, subscriptionId: string) => void;
  /** Who replies for a group of this stream. */
  readonly sourceOf: (stream: string) => Source;
  /** The messages of one turn were handed to the outlets, `ms` after the first was due. */
  readonly onDelivered?: (ms: number) => void;
  readonly onError: (error: unknown, what: string) => void;
}

/** The subscriptions of one outlet, by their ids. */
interface Holding {
  readonly subscriptions: Map<string, Subscription>;
  isPaused: boolean;
}

/**
 * The subscription index: stream → group → topic. A change costs what its own group's subscribers cost, however many
 * others there are; messages of one tick leave in one write per outlet.
 */
export class Hub {
  readonly counters: DeliveryCounters = { deliveries: 0, catchUps: 0, droppedEvents: 0, pauses: 0 };
  readonly #options: HubOptions;
  readonly #context: DeliveryContext;
  readonly #streams = new Map<string, Map<string, Topic>>();
  readonly #holdings = new Map<Outlet, Holding>();
  /** Groups that were watched so far. */
  #opened = 0;
  readonly #turn: TurnEnd;
  readonly #retries = new Later<{ gap(): void }>(RETRY_DELAY, (feed) => feed.gap());
  readonly #caches = new Later<{ clear(): void }>(CLEAR_DELAY, (cache) => cache.clear());

  constructor(options: HubOptions) {
    const { encoders, outboxBytes, onError } = options;
    const { counters } = this;
    this.#options = options;
    this.#turn = new TurnEnd(options.onDelivered);
    this.#context = {
      encoders,
      counters,
      send: (outlet, frames, count) => {
        outlet.write(frames);
        counters.deliveries += count;
        if (outlet.queuedBytes > outboxBytes()) this.#pause(outlet);
      },
      syncBytes: options.syncBytes ?? (() => Number.POSITIVE_INFINITY),
      tooLarge: (outlet, subscription) => this.#tooLarge(outlet, subscription),
      isFull: (outlet) => outlet.queuedBytes > outboxBytes(),
      pause: (outlet) => this.#pause(outlet),
      flushLater: (one) => this.#turn.add(one),
      retryLater: (one) => this.#retries.add(one),
      clearLater: (one) => this.#caches.add(one),
      log: onError,
    };
  }

  /** Takes a change from the feed, in seq order per group. */
  change(change: Change): void {
    this.#find(change)?.feed.change(change);
  }

  /** Takes an update that comes as ops. @param isFollowed the change with its value comes next */
  ops(change: OpsChange, isFollowed: boolean): void {
    const feed = this.#find(change)?.feed;
    if (feed?.ops(change) === false && !isFollowed) feed.gap();
  }

  event(event: CustomEvent): void {
    this.#find(event)?.feed.event(event);
  }

  /** The feed of a group (or of all) may have missed something. */
  gap(group?: GroupAddress): void {
    if (group !== undefined) this.#find(group)?.feed.gap();
    else for (const topic of [...this.#topics()]) topic.feed.gap();
  }

  /**
   * Adds a subscription: its sync (or what changed since its cursor) and everything after it go to the outlet.
   *
   * @param context given back with the subscription when it ends
   */
  subscribe(outlet: Outlet, request: SubscriptionRequest, context?: JsonText): void {
    const topic = this.#open(request);
    let holding = this.#holdings.get(outlet);
    if (holding === undefined) {
      holding = { subscriptions: new Map(), isPaused: false };
      this.#holdings.set(outlet, holding);
    }
    const subscription = new Subscription(topic.at, request, context);
    holding.subscriptions.set(request.subscriptionId, subscription);
    topic.join(outlet, subscription);
  }

  /** The subscription of this id. */
  find(outlet: Outlet, id: string): Subscription | undefined {
    return this.#holdings.get(outlet)?.subscriptions.get(id);
  }

  /** How many subscriptions an outlet has. */
  count(outlet: Outlet): number {
    return this.#holdings.get(outlet)?.subscriptions.size ?? 0;
  }

  /** Ends a subscription and returns it; undefined when the outlet has none of this id. */
  unsubscribe(outlet: Outlet, id: string): Subscription | undefined {
    const holding = this.#holdings.get(outlet);
    const subscription = holding?.subscriptions.get(id);
    if (holding === undefined || subscription === undefined) return undefined;
    holding.subscriptions.delete(id);
    if (holding.subscriptions.size === 0) this.#holdings.delete(outlet);
    const topic = this.#find(subscription.at);
    topic?.leave(outlet, subscription);
    if (topic?.members.size === 0) this.#close(topic);
    return subscription;
  }

  /** Ends all of an outlet's subscriptions and returns them. */
  disconnect(outlet: Outlet): Subscription[] {
    const ended: Subscription[] = [];
    for (const id of [...(this.#holdings.get(outlet)?.subscriptions.keys() ?? [])]) {
      const subscription = this.unsubscribe(outlet, id);
      if (subscription !== undefined) ended.push(subscription);
    }
    return ended;
  }

  /** The outlet has room again: its members catch up, until it is full again or all are live. */
  drained(outlet: Outlet): void {
    const holding = this.#holdings.get(outlet);
    if (holding === undefined || !holding.isPaused) return;
    holding.isPaused = false;
    for (const topic of this.#topicsOf(holding)) {
      topic.resume(outlet);
      if (holding.isPaused) return;
    }
  }

  /** Every watched group. */
  *watched(): IterableIterator<WatchedGroup> {
    for (const topic of this.#topics()) yield topic.info();
  }

  /** How many of an outlet's groups are not live: they catch up, or wait for the outlet to drain. */
  *behind(): IterableIterator<readonly [outletId: string, groups: number]> {
    for (const [outlet, holding] of this.#holdings) {
      let groups = 0;
      for (const topic of this.#topicsOf(holding)) {
        if (topic.members.find(outlet)?.state.kind !== 'live') groups++;
      }
      yield [outlet.id, groups];
    }
  }

  close(): void {
    this.#retries.close();
    this.#caches.close();
    this.#turn.close();
    for (const topic of this.#topics()) topic.close();
    this.#streams.clear();
    this.#holdings.clear();
  }

  #pause(outlet: Outlet): void {
    const holding = this.#holdings.get(outlet);
    if (holding === undefined) return;
    // Also when it is paused already: a member that joined while the outlet drained may be live.
    for (const topic of this.#topicsOf(holding)) topic.pause(outlet);
    if (holding.isPaused) return;
    holding.isPaused = true;
    this.counters.pauses++;
    outlet.paused();
  }

  #tooLarge(outlet: Outlet, subscription: Subscription): void {
    const { subscriptionId } = subscription;
    // Not now: whoever found out is in the middle of the group's members.
    queueMicrotask(() => {
      if (this.find(outlet, subscriptionId) === subscription)
        this.#options.onTooLarge?.(outlet, subscriptionId);
    });
  }

  #find({ stream, group }: GroupAddress): Topic | undefined {
    return this.#streams.get(stream)?.get(group);
  }

  *#topics(): IterableIterator<Topic> {
    for (const topics of this.#streams.values()) yield* topics.values();
  }

  #topicsOf(holding: Holding): Set<Topic> {
    const topics = new Set<Topic>();
    for (const { at } of holding.subscriptions.values()) {
      const topic = this.#find(at);
      if (topic !== undefined) topics.add(topic);
    }
    return topics;
  }

  #open({ stream, group }: GroupAddress): Topic {
    let topics = this.#streams.get(stream);
    if (topics === undefined) {
      topics = new Map();
      this.#streams.set(stream, topics);
    }
    let topic = topics.get(group);
    if (topic === undefined) {
      topic = new Topic({ stream, group }, ++this.#opened, this.#options.sourceOf(stream), this.#context);
      topics.set(group, topic);
    }
    return topic;
  }

  #close(topic: Topic): void {
    topic.close();
    const topics = this.#streams.get(topic.at.stream);
    topics?.delete(topic.at.group);
    if (topics?.size === 0) this.#streams.delete(topic.at.stream);
  }
}
