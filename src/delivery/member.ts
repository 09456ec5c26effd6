import type { Cursor } from '../domain/change.js';
import { type MemberState, newMember } from './member-state.js';
import type { Paging } from './pieces.js';
import type { Outlet, Subscription, Variant } from './port.js';

const NONE: readonly Subscription[] = [];

/**
 * What one outlet holds in one group. However many subscriptions it has there, a message reaches it once: so pushing,
 * pausing and catching up belong to the member, and only the first reply to the subscription.
 */
export class Member {
  readonly outlet: Outlet;
  /** Changed by `Members.apply` alone, which knows who is in which state. */
  state: MemberState = newMember();
  /** A sync that is sent in pieces, between two of them. */
  paging: Paging | undefined;
  /** Synced subscriptions, which are pushed to. Mostly there is one, which needs no list. */
  #first: Subscription | undefined;
  #others = NONE;
  /** Those that wait for their first reply. */
  #waiting = NONE;

  constructor(outlet: Outlet) {
    this.outlet = outlet;
  }

  /** The encoding of what it is pushed. */
  get variant(): Variant {
    return this.outlet.variant;
  }

  /** Number of subscriptions, those that wait for their first reply included. */
  get size(): number {
    return (this.#first === undefined ? 0 : 1) + this.#others.length + this.#waiting.length;
  }

  /** True when it has a synced subscription. */
  get isSynced(): boolean {
    return this.#first !== undefined;
  }

  get synced(): readonly Subscription[] {
    return this.#first === undefined ? NONE : [this.#first, ...this.#others];
  }

  /** True when it has more than one synced subscription. */
  get hasSeveral(): boolean {
    return this.#others.length > 0;
  }

  /** The subscription that waits longest for its first reply. */
  get nextWaiting(): Subscription | undefined {
    return this.#waiting[0];
  }

  isWaiting(subscription: Subscription): boolean {
    return this.#waiting.includes(subscription);
  }

  add(subscription: Subscription): void {
    this.#waiting = [...this.#waiting, subscription];
  }

  /** A waiting subscription gets its first reply. */
  sync(subscription: Subscription): void {
    this.#waiting = without(this.#waiting, subscription);
    subscription.since = undefined;
    if (this.#first === undefined) this.#first = subscription;
    else this.#others = [...this.#others, subscription];
  }

  /** A synced subscription begins anew: what it holds leads nowhere. @param since where it was */
  unsync(subscription: Subscription, since: Cursor): void {
    this.remove(subscription);
    subscription.since = since;
    this.add(subscription);
  }

  remove(subscription: Subscription): void {
    if (this.paging?.to === subscription) this.paging = undefined;
    this.#waiting = without(this.#waiting, subscription);
    const { synced } = this;
    if (!synced.includes(subscription)) return;
    const [first, ...others] = without(synced, subscription);
    this.#first = first;
    this.#others = others.length === 0 ? NONE : others;
  }

  /** True when a message of `item` (undefined: of the group as a whole) concerns a synced subscription. */
  concerns(item: string | undefined): boolean {
    if (this.#first === undefined) return false;
    const own = this.#first.item;
    if (own === undefined || own === item) return true;
    return this.#others.some((other) => other.item === undefined || other.item === item);
  }

  /** True when it is pushed every message of the group; else those of its items. */
  get isGroupMember(): boolean {
    if (this.#first === undefined) return false;
    return this.#first.item === undefined || this.#others.some((other) => other.item === undefined);
  }

  /** True when all of its synced subscriptions take updates as ops: it reads a message once, in one form. */
  get takesOps(): boolean {
    return this.#first?.ops === true && this.#others.every(({ ops }) => ops);
  }

  /** The items of its synced subscriptions. */
  items(): Set<string> {
    const items = new Set<string>();
    for (const { item } of this.synced) if (item !== undefined) items.add(item);
    return items;
  }
}

function without(list: readonly Subscription[], one: Subscription): readonly Subscription[] {
  const rest = list.filter((other) => other !== one);
  return rest.length === 0 ? NONE : rest;
}
