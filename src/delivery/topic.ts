import type { Change, CustomEvent, GroupAddress } from '../domain/change.js';
import { whenReady } from '../domain/deferred.js';
import { renderChange, renderEvent } from '../domain/message.js';
import type { TopicContext } from './context.js';
import { LiveMembers } from './live-members.js';
import { Membership } from './membership.js';
import type { Frames, Outlet } from './outlet.js';
import { type Entry, Retained } from './retained.js';
import { Serving } from './serving.js';
import type { TopicSource } from './source.js';
import type { Subscription } from './subscription.js';

/** What the operator sees of a watched group. */
export interface WatchedGroup extends GroupAddress {
  /** -1 until the first answer or message tells. */
  readonly seq: number;
  readonly epoch: string;
  readonly subscriptions: number;
  /** Outlets that are pushed each change, whose queue is full, and that wait for an answer. */
  readonly live: number;
  readonly paused: number;
  readonly asking: number;
}

/** Changes held back while a topic asks what it missed; beyond that it asks again. */
const MAX_HELD_BACK = 10_000;

/**
 * One watched group. The feed side: takes its messages in seq order, frames those of a tick once and writes the same
 * bytes to every live member. `Serving` brings members from wherever they are to live.
 *
 * Invariant: a live member was pushed exactly the messages up to `flushedSeq` that concern it.
 */
export class Topic {
  readonly at: GroupAddress;
  readonly source: TopicSource;
  readonly context: TopicContext;
  readonly members = new Map<Outlet, Membership>();
  readonly retained = new Retained();
  /** The last seq of the feed; -1 until the first answer or message tells. */
  seq = -1;
  epoch = '';
  flushedSeq = -1;
  readonly #serving: Serving;
  readonly #live = new LiveMembers();
  #pending: Entry[] = [];
  #repairing = false;
  #heldBack: Change[] = [];
  #askAgain = false;

  constructor(at: GroupAddress, source: TopicSource, context: TopicContext) {
    this.at = at;
    this.source = source;
    this.context = context;
    this.#serving = new Serving(this);
    source.watch(at);
  }

  /** Takes a change of the feed. Repeats are ignored; a hole, or another epoch, is asked for. */
  change(change: Change): void {
    if (change.seq === 0) {
      this.#enter({ seq: 0, item: change.item, text: renderChange(change), isEvent: false });
      return;
    }
    if (this.#repairing) {
      if (this.#heldBack.length === MAX_HELD_BACK) this.#askAgain = true;
      else this.#heldBack.push(change);
      return;
    }
    const known = this.seq >= 0;
    if (known && (change.epoch !== this.epoch || change.seq > this.seq + 1)) {
      this.#heldBack.push(change);
      this.repair();
      return;
    }
    if (known && change.seq <= this.seq) return;
    this.#take(change);
  }

  event(event: CustomEvent): void {
    this.#enter({ seq: 0, item: event.item, text: renderEvent(event), isEvent: true });
  }

  /** Writes everything pending to the live members. */
  flush(): void {
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = [];
    this.flushedSeq = this.seq;
    this.#live.push(pending, this.context.encode, (membership, frames, count) =>
      this.write(membership, frames, count),
    );
  }

  /** Adds a subscription and starts to answer it. */
  join(outlet: Outlet, subscription: Subscription): void {
    let membership = this.members.get(outlet);
    if (membership === undefined) {
      membership = new Membership(outlet);
      this.members.set(outlet, membership);
    }
    membership.owe(subscription);
    if (membership.state === 'live') {
      this.flush();
      if (membership.state === 'live') this.#suspend(membership, 'asking');
    }
    if (membership.state === 'asking') this.#serving.serve(membership);
  }

  leave(outlet: Outlet, subscription: Subscription): void {
    const membership = this.members.get(outlet);
    if (membership === undefined) return;
    const live = membership.state === 'live';
    if (live) this.#live.remove(membership);
    membership.drop(subscription);
    if (membership.size === 0) {
      membership.state = 'closed';
      this.members.delete(outlet);
      this.#serving.forget(membership);
    } else if (live) this.#live.add(membership);
  }

  /** The outlet is full: its member stops being pushed and remembers where it stands. */
  pause(outlet: Outlet): void {
    const membership = this.members.get(outlet);
    if (membership?.state !== 'live') return;
    this.#suspend(membership, 'paused');
    for (const entry of this.#pending) this.#serving.missed(membership, entry);
  }

  /** The outlet has room again. */
  resume(outlet: Outlet): void {
    const membership = this.members.get(outlet);
    if (membership?.state === 'paused') this.#serving.serve(membership);
  }

  /** Drops what was kept for the next joins. */
  forgetSync(): void {
    this.#serving.forgetSync();
  }

  /** The feed may have missed something: asks what changed after the topic's own cursor. */
  repair(): void {
    if (this.#repairing) {
      // What was lost just now may lie behind what the running question finds.
      this.#askAgain = true;
      return;
    }
    if (this.members.size === 0) return;
    if (this.seq < 0) {
      // A question that is under way may be answered from before the gap.
      this.#askAgain = true;
      this.#serving.retry();
      return;
    }
    this.#repairing = true;
    this.flush();
    const failed = (error: unknown) => {
      this.#repairing = false;
      this.context.log(error, 'catch up a group');
      this.context.retryLater(this);
    };
    try {
      whenReady(
        this.source.changesSince(this.at, { epoch: this.epoch, seq: this.seq }),
        (since) => {
          this.context.counters.catchUps++;
          const head = since.kind === 'changes' ? since : since.snapshot;
          if (since.kind === 'changes') for (const change of since.changes) this.#take(change);
          else this.#resetLive();
          this.flush();
          this.stand(head.seq, head.epoch);
          this.#repairing = false;
          for (const change of this.#heldBack.splice(0)) this.change(change);
          this.#serving.arrived();
          this.#serving.retry();
          if (this.#askAgain) {
            this.#askAgain = false;
            this.repair();
          }
        },
        failed,
      );
    } catch (error) {
      failed(error);
    }
  }

  figures(): WatchedGroup {
    const states = { live: 0, paused: 0, asking: 0, closed: 0 };
    let subscriptions = 0;
    for (const { state, size } of this.members.values()) {
      states[state]++;
      subscriptions += size;
    }
    const { live, paused, asking } = states;
    return { ...this.at, seq: this.seq, epoch: this.epoch, subscriptions, live, paused, asking };
  }

  close(): void {
    for (const membership of this.members.values()) membership.state = 'closed';
    this.source.unwatch(this.at);
  }

  /** Sets where the feed stands, when the first answer tells it. */
  stand(seq: number, epoch: string): void {
    this.seq = seq;
    this.epoch = epoch;
    this.flushedSeq = seq;
    if (this.#askAgain && !this.#repairing) {
      this.#askAgain = false;
      queueMicrotask(() => this.repair());
    }
  }

  /** Puts a member that holds everything up to `flushedSeq` into the push sets. */
  activate(membership: Membership): void {
    membership.state = 'live';
    membership.stale = false;
    this.#live.add(membership);
  }

  /** Writes frames of `count` messages to a member's outlet; pauses the outlet when that filled it. */
  write(membership: Membership, frames: Frames, count: number): void {
    membership.outlet.write(frames);
    this.context.counters.deliveries += count;
    if (this.context.isFull(membership.outlet)) this.context.pause(membership.outlet);
  }

  /** Takes a live member out of the push sets, at the point that it was flushed to. */
  #suspend(membership: Membership, state: 'paused' | 'asking'): void {
    this.#live.remove(membership);
    membership.cursor = this.flushedSeq;
    membership.state = state;
    this.#serving.suspended(membership);
  }

  #take(change: Change): void {
    if (this.seq >= 0 && change.seq <= this.seq) return;
    this.seq = change.seq;
    this.epoch = change.epoch;
    this.#enter({ seq: change.seq, item: change.item, text: renderChange(change), isEvent: false });
    this.#serving.arrived();
  }

  #enter(entry: Entry): void {
    this.#serving.passed(entry);
    if (this.#live.empty) {
      this.flushedSeq = this.seq;
      return;
    }
    if (this.#pending.length === 0) this.context.schedule(this);
    this.#pending.push(entry);
  }

  /** No message leads from where the live members are to where the group is: each gets a full sync. */
  #resetLive(): void {
    this.flush();
    for (const membership of this.members.values()) {
      membership.stale = true;
      if (membership.state === 'live') this.#suspend(membership, 'asking');
    }
  }
}
