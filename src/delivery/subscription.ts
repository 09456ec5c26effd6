import type { JsonText } from '../../generated/json-text.js';
import type { Cursor, GroupAddress } from '../domain/change.js';
import type { Topic } from './topic.js';

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
}

/**
 * One subscription of one outlet. There are many, so this is the only record of it: whoever has to know one asks the
 * hub, and its address is the topic's.
 */
export class Subscription implements ItemOrGroup {
  readonly subscriptionId: string;
  readonly topic: Topic;
  readonly item: string | undefined;
  readonly withItems: boolean;
  /** Its answers begin with the `subscribed` acknowledgement. */
  readonly acknowledged: boolean;
  /** What its owner wants to find again when it ends. */
  readonly context: JsonText | undefined;
  /** Until it is answered: the cursor to resume after. */
  since: Cursor | undefined;

  constructor(topic: Topic, request: SubscriptionRequest, context: JsonText | undefined) {
    const { subscriptionId, item, since, withItems, ack } = request;
    this.subscriptionId = subscriptionId;
    this.topic = topic;
    this.item = item;
    this.withItems = withItems;
    this.acknowledged = ack || since !== undefined;
    this.context = context;
    this.since = since;
  }

  get stream(): string {
    return this.topic.at.stream;
  }

  get group(): string {
    return this.topic.at.group;
  }
}
