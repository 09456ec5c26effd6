import type { Cursor } from '../domain/change.js';
import type { Outlet } from './outlet.js';

/** One subscription of one outlet to a group, or to one item of it. */
export interface Subscription {
  readonly id: string;
  readonly stream: string;
  readonly group: string;
  /** Absent: the whole group. */
  readonly item: string | undefined;
  /** Sync data as `[{id, rev, data}]`. */
  readonly withItems: boolean;
  /** Resume after this cursor; absent = full sync. */
  readonly since: Cursor | undefined;
  /** Send the `subscribed` acknowledgement. */
  readonly ack: boolean;
}

/**
 * What one outlet holds in one topic. However many subscriptions it has there, a message reaches it once: so pushing,
 * pausing and catching up belong to the membership, and only the first answer to the subscription.
 */
export class Membership {
  readonly outlet: Outlet;
  /** Answered subscriptions, which are pushed to. */
  answered: readonly Subscription[] = [];
  /** Subscriptions that wait for their first answer. */
  owed: Subscription[] = [];
  /**
   * `live`: in the topic's push sets. `paused`: the outlet is full. `asking`: waits for an answer of the source, or for
   * the feed to arrive where the answer stands. `closed`: left.
   */
  state: 'live' | 'paused' | 'asking' | 'closed' = 'asking';
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

  /** True when a message of `item` (undefined: of the group as a whole) concerns an answered subscription. */
  concerns(item: string | undefined): boolean {
    for (const { item: own } of this.answered) if (own === undefined || own === item) return true;
    return false;
  }

  /** True when it is pushed every message of the group. */
  get wide(): boolean {
    return this.answered.some((subscription) => subscription.item === undefined);
  }

  /** The items it is pushed when it is not wide. */
  items(): Set<string> {
    const items = new Set<string>();
    for (const { item } of this.answered) if (item !== undefined) items.add(item);
    return items;
  }
}
