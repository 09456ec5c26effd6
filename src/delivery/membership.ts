import type { Outlet } from './outlet.js';
import type { Subscription } from './subscription.js';

const NONE: readonly Subscription[] = [];

/**
 * What one outlet holds in one topic. However many subscriptions it has there, a message reaches it once: so pushing,
 * pausing and catching up belong to the membership, and only the first answer to the subscription.
 */
export class Membership {
  readonly outlet: Outlet;
  /** Answered subscriptions, which are pushed to. Mostly there is one, which needs no list. */
  #first: Subscription | undefined;
  #others = NONE;
  #owed = NONE;
  /**
   * `live`: in the topic's push sets. `paused`: the outlet is full. `asking`: waits for an answer of the source, or for
   * the feed to arrive where the answer stands. `closed`: left.
   */
  state: 'live' | 'paused' | 'asking' | 'closed' = 'asking';
  /** Where the push sets keep it; -1 = not among those that are pushed everything. */
  slot = -1;
  /** While not live: the outlet holds everything up to this seq. */
  cursor = -1;
  /** While not live: the first retained entry that it was not pushed. */
  mark = 0;
  /** While not live: custom events that it missed. */
  missedEvents = 0;
  /** While not live: it missed a change that has no seq, so that only a full sync makes it right. */
  stale = false;

  constructor(outlet: Outlet) {
    this.outlet = outlet;
  }

  /** Number of subscriptions, those that wait for their first answer included. */
  get size(): number {
    return (this.#first === undefined ? 0 : 1) + this.#others.length + this.#owed.length;
  }

  get hasAnswered(): boolean {
    return this.#first !== undefined;
  }

  get answered(): readonly Subscription[] {
    return this.#first === undefined ? NONE : [this.#first, ...this.#others];
  }

  /** The subscription that waits longest for its first answer. */
  get nextOwed(): Subscription | undefined {
    return this.#owed[0];
  }

  /** True when it has more than one answered subscription. */
  get several(): boolean {
    return this.#others.length > 0;
  }

  owe(subscription: Subscription): void {
    this.#owed = [...this.#owed, subscription];
  }

  owes(subscription: Subscription): boolean {
    return this.#owed.includes(subscription);
  }

  /** An owed subscription gets its first answer. */
  settle(subscription: Subscription): void {
    this.#owed = without(this.#owed, subscription);
    subscription.since = undefined;
    if (this.#first === undefined) this.#first = subscription;
    else this.#others = [...this.#others, subscription];
  }

  drop(subscription: Subscription): void {
    this.#owed = without(this.#owed, subscription);
    const { answered } = this;
    if (!answered.includes(subscription)) return;
    const [first, ...others] = without(answered, subscription);
    this.#first = first;
    this.#others = others.length === 0 ? NONE : others;
  }

  /** True when a message of `item` (undefined: of the group as a whole) concerns an answered subscription. */
  concerns(item: string | undefined): boolean {
    if (this.#first === undefined) return false;
    const own = this.#first.item;
    if (own === undefined || own === item) return true;
    return this.#others.some((other) => other.item === undefined || other.item === item);
  }

  /** True when it is pushed every message of the group. */
  get wide(): boolean {
    if (this.#first === undefined) return false;
    return this.#first.item === undefined || this.#others.some((other) => other.item === undefined);
  }

  /** The items it is pushed when it is not wide. */
  items(): Set<string> {
    const items = new Set<string>();
    for (const { item } of this.answered) if (item !== undefined) items.add(item);
    return items;
  }
}

function without(list: readonly Subscription[], one: Subscription): readonly Subscription[] {
  const rest = list.filter((other) => other !== one);
  return rest.length === 0 ? NONE : rest;
}
