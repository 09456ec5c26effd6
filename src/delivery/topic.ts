import type { GroupAddress } from '../domain/change.js';
import { Broadcast } from './broadcast.js';
import { CatchUp } from './catch-up.js';
import type { Entry } from './entry.js';
import { Feed, type FeedReader } from './feed.js';
import { Members } from './members.js';
import type { DeliveryContext, Outlet, Source, Subscription } from './port.js';

/** What the operator sees of a watched group. */
export interface WatchedGroup extends GroupAddress {
  /** -1 until the first reply or change tells. */
  readonly seq: number;
  readonly epoch: string;
  readonly subscriptions: number;
  /** Outlets that are pushed each change, whose queue is full, and that catch up. */
  readonly live: number;
  readonly paused: number;
  readonly asking: number;
}

/**
 * One watched group: its feed, and the members that it reaches. Live members are pushed to; `CatchUp` brings the others
 * from wherever they are to live.
 *
 * Invariant: a live member was pushed exactly the messages that concern it, up to where the broadcast was flushed.
 */
export class Topic implements FeedReader {
  readonly at: GroupAddress;
  /** What messages of ops call it: no other group that is watched at this time has the same. */
  readonly n: number;
  readonly source: Source;
  readonly feed: Feed;
  readonly broadcast: Broadcast;
  readonly members: Members;
  readonly #catchUp: CatchUp;

  constructor(at: GroupAddress, n: number, source: Source, context: DeliveryContext) {
    this.at = at;
    this.n = n;
    this.source = source;
    this.feed = new Feed(at, source, this, context);
    this.broadcast = new Broadcast(context, n);
    this.members = new Members(this.broadcast);
    this.#catchUp = new CatchUp(this, context);
    source.watch(at);
  }

  next(entry: Entry): void {
    this.#catchUp.passed(entry);
    this.broadcast.push(entry, this.feed.seq);
  }

  takesOps(item: string): boolean {
    return this.members.catchingUp.size === 0 && this.broadcast.takesOps(item);
  }

  moved(): void {
    this.#catchUp.moved();
  }

  reset(): void {
    this.broadcast.flush();
    const { cursor, mark } = this.#position();
    for (const member of this.members) this.members.apply(member, { kind: 'reset', cursor, mark });
  }

  retry(): void {
    this.#catchUp.retry();
  }

  /** Adds a subscription and starts with its first reply. */
  join(outlet: Outlet, subscription: Subscription): void {
    const member = this.members.open(outlet);
    member.add(subscription);
    if (member.state.kind === 'live') {
      this.broadcast.flush();
      const { cursor, mark } = this.#position();
      this.members.apply(member, { kind: 'joined', cursor, mark });
    }
    this.#catchUp.serve(member);
  }

  leave(outlet: Outlet, subscription: Subscription): void {
    const member = this.members.find(outlet);
    if (member === undefined) return;
    if (member.size === 1) {
      this.members.apply(member, { kind: 'left' });
      return;
    }
    const { state } = member;
    // What a live member is pushed follows from its subscriptions.
    if (state.kind === 'live') this.broadcast.remove(member, state);
    member.remove(subscription);
    if (state.kind === 'live') this.broadcast.add(member, state);
  }

  /** The outlet is full: its member stops being pushed and keeps its cursor. */
  pause(outlet: Outlet): void {
    const member = this.members.find(outlet);
    if (member?.state.kind !== 'live') return;
    this.members.apply(member, { kind: 'full', cursor: this.#position().cursor });
    for (const entry of this.broadcast.pending) this.#catchUp.missed(member, entry);
  }

  /** The outlet has room again. */
  resume(outlet: Outlet): void {
    const member = this.members.find(outlet);
    if (member !== undefined) this.#catchUp.resume(member);
  }

  info(): WatchedGroup {
    const { seq, epoch } = this.feed;
    let subscriptions = 0;
    for (const { size } of this.members) subscriptions += size;
    const live = this.broadcast.size;
    const { paused, catchingUp } = this.members;
    return { ...this.at, seq, epoch, subscriptions, live, paused: paused.size, asking: catchingUp.size };
  }

  close(): void {
    this.feed.close();
    for (const member of [...this.members]) this.members.apply(member, { kind: 'left' });
    this.source.unwatch(this.at);
  }

  /** The position of a live member. */
  #position(): { readonly cursor: number; readonly mark: number } {
    return { cursor: this.broadcast.pushedTo(this.feed.seq), mark: this.members.retained.end };
  }
}
