import type { Change, OpsChange } from '../../domain/change.js';
import type { StoreListener } from '../port.js';
import { parseSequenced, type SequencedMessage } from './channel-message.js';
import { parseUnsequenced, type UnsequencedMessage } from './foreign-message.js';
import type { GroupClock } from './group-clock.js';
import { memberOf, PROBE_STREAM } from './keys.js';
import { parseShort } from './ops-message.js';

const MAX_STAMPED = 10_000;

export interface FeedEvents {
  /** True for an epoch of another store, with which the channel is shared. */
  isForeign(epoch: string): boolean;
  /** A change that one of our nodes sequenced went by. */
  sequenced(member: string, epoch: string, seq: number): void;
  /** Another engine wrote to a group. */
  foreign(member: string): void;
  /** A message that is none. */
  rejected(length: number): void;
}

/** Turns the channel's messages into what the listener is told. The channel carries each group in seq order. */
export class ChannelFeed {
  readonly #clock: GroupClock;
  readonly #events: FeedEvents;
  /** Timestamps that this node gave to messages of others: what follows in the group must be greater. */
  readonly #stamped = new Map<string, number>();
  #listener: StoreListener | undefined;

  constructor(clock: GroupClock, events: FeedEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  listen(listener: StoreListener): void {
    this.#listener = listener;
  }

  /**
   * ms; the greatest timestamp that this node made up for the group, 0 = none. A reply takes the one from before its
   * question: what the feed brings meanwhile may come after it.
   */
  handedOut(member: string): number {
    return this.#stamped.get(member) ?? 0;
  }

  /** Takes a message of our own channel. @param isFollowed its value follows on the other one */
  takeOwn(message: string, isFollowed: boolean): void {
    const short = parseShort(message);
    if (short === undefined) this.take(message);
    else if (!this.#events.isForeign(short.epoch)) this.#short(short, isFollowed);
  }

  #short(short: OpsChange, isFollowed: boolean): void {
    const member = memberOf(short);
    const timestamp = this.#follow(member, short.timestamp);
    this.#events.sequenced(member, short.epoch, short.seq);
    const listener = this.#listener;
    if (listener?.ops !== undefined) listener.ops({ ...short, timestamp }, isFollowed);
    else if (!isFollowed) listener?.gap(short);
  }

  take(message: string): void {
    const sequenced = parseSequenced(message);
    if (sequenced !== undefined) {
      if (sequenced.stream !== PROBE_STREAM && !this.#events.isForeign(sequenced.epoch))
        this.#sequenced(sequenced);
      return;
    }
    const other = parseUnsequenced(message);
    if (other === undefined) this.#events.rejected(message.length);
    else if (other.stream !== PROBE_STREAM && !this.#events.isForeign(other.epoch)) this.#unsequenced(other);
  }

  #sequenced(message: SequencedMessage): void {
    const member = memberOf(message);
    const timestamp = this.#follow(member, message.timestamp);
    this.#events.sequenced(member, message.epoch, message.seq);
    this.#listener?.change({ ...message, timestamp, old: undefined });
  }

  #unsequenced(message: UnsequencedMessage): void {
    const member = memberOf(message);
    const { stream, group, item, value } = message;
    const isForeign = message.timestamp === undefined;
    const timestamp = isForeign ? this.#stamp(member) : this.#follow(member, message.timestamp);
    if (message.kind === 'event') {
      this.#listener?.event({ stream, group, item, type: message.type, data: value, timestamp });
      return;
    }
    if (isForeign) this.#events.foreign(member);
    const change: Change = {
      stream,
      group,
      item: message.item,
      kind: message.kind,
      seq: 0,
      epoch: '',
      timestamp,
      value,
      old: undefined,
    };
    this.#listener?.change(change);
  }

  /** A timestamp for a message that brings none that clients could compare with ours. */
  #stamp(member: string): number {
    const timestamp = this.#clock.draw(member);
    // Forgetting costs a client at most one message, when the next change falls into the same millisecond.
    if (this.#stamped.size >= MAX_STAMPED) this.#stamped.clear();
    this.#stamped.set(member, timestamp);
    return timestamp;
  }

  /** The message's own timestamp, unless this node already handed out a later one. */
  #follow(member: string, timestamp: number): number {
    const stamped = this.#stamped.get(member);
    this.#clock.saw(member, timestamp);
    if (stamped === undefined) return timestamp;
    if (timestamp > stamped) {
      this.#stamped.delete(member);
      return timestamp;
    }
    this.#stamped.set(member, stamped + 1);
    this.#clock.saw(member, stamped + 1);
    return stamped + 1;
  }
}
