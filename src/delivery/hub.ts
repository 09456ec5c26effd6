import type { JsonText } from '../../generated/json-text.js';
import type { Change, CustomEvent, GroupAddress } from '../domain/change.js';
import type { TopicContext } from './context.js';
import type { FrameEncoder, Outlet } from './outlet.js';
import type { DeliveryCounters, TopicSource } from './source.js';
import { Subscription, type SubscriptionRequest } from './subscription.js';
import { Topic, type WatchedGroup } from './topic.js';

/** Milliseconds until a source that failed is asked again. */
const RETRY_DELAY = 1_000;

export interface HubOptions {
  readonly encode: FrameEncoder;
  /** Bytes that may wait in one outlet before it is paused. */
  readonly outboxBytes: () => number;
  /** Who answers for a group of this stream. */
  readonly sourceOf: (stream: string) => TopicSource;
  readonly onError: (error: unknown, what: string) => void;
}

/** The subscriptions of one outlet, by their ids. */
interface Holding {
  readonly subscriptions: Map<string, Subscription>;
  paused: boolean;
}

/**
 * The subscription index: stream → group → topic. A change costs what its own group's subscribers cost, however many
 * others there are; messages of one tick leave in one write per outlet.
 */
export class Hub {
  readonly counters: DeliveryCounters = { deliveries: 0, catchUps: 0, droppedEvents: 0, pauses: 0 };
  readonly #options: HubOptions;
  readonly #context: TopicContext;
  readonly #streams = new Map<string, Map<string, Topic>>();
  readonly #holdings = new Map<Outlet, Holding>();
  #dirty: Topic[] = [];
  #flush: NodeJS.Immediate | undefined;
  readonly #retries = new Set<Topic>();
  #retryTimer: NodeJS.Timeout | undefined;
  readonly #remembered = new Set<Topic>();
  #forgetTimer: NodeJS.Timeout | undefined;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#context = {
      counters: this.counters,
      encode: options.encode,
      schedule: (topic) => this.#schedule(topic),
      retryLater: (topic) => this.#retryLater(topic),
      isFull: (outlet) => outlet.queuedBytes > options.outboxBytes(),
      pause: (outlet) => this.#pause(outlet),
      remember: (topic, ms) => this.#remember(topic, ms),
      log: options.onError,
    };
  }

  /** Takes a change from the feed, in seq order per group. */
  change(change: Change): void {
    this.#streams.get(change.stream)?.get(change.group)?.change(change);
  }

  event(event: CustomEvent): void {
    this.#streams.get(event.stream)?.get(event.group)?.event(event);
  }

  /** The feed of a group (or of all) may have missed something. */
  gap(group?: GroupAddress): void {
    if (group !== undefined) this.#streams.get(group.stream)?.get(group.group)?.repair();
    else
      for (const topics of this.#streams.values()) for (const topic of [...topics.values()]) topic.repair();
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
      holding = { subscriptions: new Map(), paused: false };
      this.#holdings.set(outlet, holding);
    }
    const subscription = new Subscription(topic, request, context);
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
    const { topic } = subscription;
    topic.leave(outlet, subscription);
    if (topic.members.size === 0) this.#close(topic);
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
    if (holding === undefined || !holding.paused) return;
    holding.paused = false;
    for (const topic of this.#topicsOf(holding)) {
      topic.resume(outlet);
      if (holding.paused) return;
    }
  }

  /** Every watched group. */
  *watched(): IterableIterator<WatchedGroup> {
    for (const topics of this.#streams.values()) for (const topic of topics.values()) yield topic.figures();
  }

  /** How many of an outlet's groups are not live: they wait for an answer, or for the outlet to drain. */
  *behind(): IterableIterator<readonly [outletId: string, groups: number]> {
    for (const [outlet, holding] of this.#holdings) {
      let groups = 0;
      for (const topic of this.#topicsOf(holding)) if (topic.members.get(outlet)?.state !== 'live') groups++;
      yield [outlet.id, groups];
    }
  }

  close(): void {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#forgetTimer);
    if (this.#flush !== undefined) clearImmediate(this.#flush);
    for (const topics of this.#streams.values()) for (const topic of topics.values()) topic.close();
    this.#streams.clear();
    this.#holdings.clear();
  }

  #pause(outlet: Outlet): void {
    const holding = this.#holdings.get(outlet);
    if (holding === undefined || holding.paused) return;
    holding.paused = true;
    this.counters.pauses++;
    for (const topic of this.#topicsOf(holding)) topic.pause(outlet);
    outlet.paused();
  }

  #topicsOf(holding: Holding): Set<Topic> {
    const topics = new Set<Topic>();
    for (const { topic } of holding.subscriptions.values()) topics.add(topic);
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
      topic = new Topic({ stream, group }, this.#options.sourceOf(stream), this.#context);
      topics.set(group, topic);
    }
    return topic;
  }

  #close(topic: Topic): void {
    topic.close();
    this.#retries.delete(topic);
    this.#remembered.delete(topic);
    const topics = this.#streams.get(topic.at.stream);
    topics?.delete(topic.at.group);
    if (topics?.size === 0) this.#streams.delete(topic.at.stream);
  }

  #schedule(topic: Topic): void {
    this.#dirty.push(topic);
    this.#flush ??= setImmediate(() => {
      this.#flush = undefined;
      const dirty = this.#dirty;
      this.#dirty = [];
      for (const one of dirty) one.flush();
    });
  }

  #retryLater(topic: Topic): void {
    this.#retries.add(topic);
    this.#retryTimer ??= setTimeout(() => {
      this.#retryTimer = undefined;
      const retries = [...this.#retries];
      this.#retries.clear();
      for (const one of retries) one.repair();
    }, RETRY_DELAY).unref();
  }

  #remember(topic: Topic, ms: number): void {
    this.#remembered.add(topic);
    this.#forgetTimer ??= setTimeout(() => {
      this.#forgetTimer = undefined;
      for (const one of this.#remembered) one.forgetSync();
      this.#remembered.clear();
    }, ms * 2).unref();
  }
}
