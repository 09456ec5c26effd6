import type { Cursor } from '../domain/change.js';
import { type Eventual, isReady, mapReady, whenReady } from '../domain/deferred.js';
import type { CatchUpGroup } from './catch-up-group.js';
import type { Entry } from './entry.js';
import type { Member } from './member.js';
import { type CatchingUp, cursorOf, type Reply } from './member-state.js';
import type { DeliveryContext } from './port.js';
import { Replies } from './replies.js';
import { SyncCache } from './sync-cache.js';

/** A cursor that no epoch has: the reply is a full sync. */
const NOWHERE: Cursor = { epoch: '', seq: 0 };

/**
 * Brings the members of one group to live: first replies to joins, catch-up after a pause, full syncs after a reset.
 *
 * The one rule: a reply is at some seq S; a member gets it together with exactly those messages of the feed that
 * came before S (for subscriptions that were synced already) and after S (for all). Where the source replies at once, S
 * is where the feed is. Where it replies later, the feed is retained meanwhile, once for all members that catch up.
 */
export class CatchUp {
  readonly #group: CatchUpGroup;
  readonly #context: DeliveryContext;
  readonly #syncs: SyncCache;
  readonly #replies: Replies;
  /** The lowest seq that a member waits for the feed to arrive at. */
  #awaited = Number.POSITIVE_INFINITY;

  constructor(group: CatchUpGroup, context: DeliveryContext) {
    this.#group = group;
    this.#context = context;
    this.#syncs = new SyncCache(context);
    this.#replies = new Replies(group, this.#syncs, context);
  }

  /** A message of the feed passes the members that are not live. */
  passed(entry: Entry): void {
    const { members } = this.#group;
    if (entry.seq === 0) {
      // Also after an event: a sync must not be older than what a client got before.
      this.#syncs.clear();
      for (const member of members.paused) this.missed(member, entry);
    }
    if (members.catchingUp.size > 0) members.retained.add(entry);
  }

  /** A paused member will not be pushed this message; a sequenced one is found again from the cursor. */
  missed(member: Member, entry: Entry): void {
    if (entry.seq !== 0 || !member.concerns(entry.item)) return;
    if (entry.isEvent) this.#context.counters.droppedEvents++;
    this.#group.members.apply(member, { kind: entry.isEvent ? 'missedEvent' : 'missedChange' });
  }

  /** The outlet of a member has room again. */
  resume(member: Member): void {
    const { state } = member;
    if (state.kind !== 'paused') return;
    const { feed, members } = this.#group;
    // From a pause, only the source knows what came after the cursor.
    const isUpToDate = state.cursor === feed.seq && !state.isStale;
    members.apply(member, { kind: 'drained', mark: isUpToDate ? members.retained.end : -1 });
    this.serve(member);
  }

  /** The feed moved: members that are ahead of it, or whose reply is, go on. */
  moved(): void {
    const { feed, members } = this.#group;
    if (feed.seq < this.#awaited) return;
    this.#awaited = Number.POSITIVE_INFINITY;
    for (const member of [...members.catchingUp]) {
      const { state } = member;
      if (state.kind !== 'catchingUp' || state.wait.for !== 'feed') continue;
      const { seq, reply } = state.wait;
      if (feed.seq < seq) {
        this.#awaited = Math.min(this.#awaited, seq);
        continue;
      }
      members.apply(member, { kind: 'resumed' });
      if (reply === undefined || this.#give(member, reply)) this.serve(member);
    }
  }

  /** Asks again for everybody whose question failed. */
  retry(): void {
    for (const member of [...this.#group.members.catchingUp]) this.serve(member);
  }

  /** Goes on with a member until it is live, its outlet is full, or something has to be waited for. */
  serve(member: Member): void {
    for (;;) {
      const { state } = member;
      if (state.kind !== 'catchingUp' || state.wait.for !== 'turn') return;
      if (this.#context.isFull(member.outlet)) {
        this.#stop(member, state);
        return;
      }
      let reply: Eventual<Reply> | undefined;
      try {
        reply = this.#ask(member, state);
      } catch (error) {
        this.#failed(error);
        return;
      }
      if (reply === undefined) this.#finish(member, state);
      else if (!isReady(reply)) this.#await(member, reply);
      else if (!this.#give(member, reply)) return;
    }
  }

  /** The next thing to ask the source for this member; undefined when there is nothing. */
  #ask(member: Member, state: CatchingUp): Eventual<Reply> | undefined {
    const { at, source, feed, members } = this.#group;
    const { retained } = members;
    const { paging } = member;
    // Nothing goes between its pieces: what follows from where it is comes when it is whole.
    if (paging !== undefined) return { to: paging.to, piece: paging };
    if (!member.isSynced) {
      state.mark = retained.end;
      state.isStale = false;
    } else if (state.isStale || !retained.covers(state.mark)) {
      const cursor = state.isStale ? NOWHERE : { epoch: feed.epoch, seq: state.cursor };
      const mark = retained.end;
      return mapReady(source.changesSince(at, cursor), (since): Reply => ({ to: 'member', since, mark }));
    }
    const to = member.nextWaiting;
    if (to === undefined) return undefined;
    if (to.since !== undefined) {
      return mapReady(source.changesSince(at, to.since), (since): Reply => ({ to, since }));
    }
    // A member that caught up ahead of the feed must not be taken back to where the feed is.
    if (to.item === undefined && feed.seq >= state.cursor) {
      if (to.page !== undefined) {
        const snapshot = this.#syncs.findSnapshot(feed);
        if (snapshot !== undefined) return { to, snapshot };
      } else {
        const sync = this.#syncs.find(member.outlet.variant, to.withItems, feed);
        if (sync !== undefined) return { to, sync };
      }
    }
    return mapReady(source.snapshot(at, to.item), (snapshot): Reply => ({ to, snapshot }));
  }

  #await(member: Member, reply: Eventual<Reply>): void {
    const { members } = this.#group;
    members.apply(member, { kind: 'asked' });
    const asked = member.state;
    // Another state than then: it left, or a reset made the question void.
    const resume = (): boolean => {
      if (member.state !== asked) return false;
      members.apply(member, { kind: 'resumed' });
      return true;
    };
    whenReady(
      reply,
      (given) => {
        if (resume() && this.#give(member, given)) this.serve(member);
      },
      (error) => {
        if (resume()) this.#failed(error);
      },
    );
  }

  #failed(error: unknown): void {
    this.#context.log(error, 'reply to a subscription');
    this.#context.retryLater(this.#group.feed);
  }

  /** Gives a reply to its member. False when the member cannot go on now. */
  #give(member: Member, reply: Reply): boolean {
    const { feed, members } = this.#group;
    const { state } = member;
    if (state.kind !== 'catchingUp') return false;
    if ('piece' in reply) {
      this.#replies.goOn(member, reply.piece, !state.isStale && reply.piece.snapshot.epoch === feed.epoch);
      return true;
    }
    const cursor = cursorOf(reply);
    if (feed.seq < 0) feed.start(cursor);
    else if (cursor.epoch !== feed.epoch) {
      // The data was lost and began anew: the feed asks from its own cursor, then for everybody who waits.
      feed.gap();
      return false;
    }
    if (reply.to === 'member') {
      state.mark = reply.mark;
      state.isStale = false;
      if (this.#replies.catchUp(member, state, reply.since)) return true;
      this.#stop(member, state);
      return false;
    }
    // It may have left while the question was under way.
    if (!member.isWaiting(reply.to)) return true;
    if (member.isSynced) {
      if (feed.seq < cursor.seq) {
        this.#wait(member, cursor.seq, reply);
        return false;
      }
      if (!members.retained.covers(state.mark)) return true;
      this.#replies.replay(member, state, cursor);
    }
    state.cursor = cursor.seq;
    state.told = cursor.timestamp;
    state.base = cursor.seq;
    member.paging = this.#replies.begin(member, reply);
    if (member.paging === undefined) {
      member.sync(reply.to);
      this.#replies.first(member, reply);
    }
    return true;
  }

  /** Everything is told: makes the member live, as soon as the feed is at its cursor. */
  #finish(member: Member, state: CatchingUp): void {
    const { feed, members, broadcast } = this.#group;
    if (feed.seq < state.cursor) {
      this.#wait(member, state.cursor, undefined);
      return;
    }
    this.#replies.replay(member, state, undefined);
    if (state.isStale) return;
    if (!this.#context.isFull(member.outlet)) this.#replies.dropped(member, state);
    if (this.#context.isFull(member.outlet)) return;
    broadcast.flush();
    members.apply(member, { kind: 'caughtUp' });
  }

  #wait(member: Member, seq: number, reply: Reply | undefined): void {
    this.#awaited = Math.min(this.#awaited, seq);
    this.#group.members.apply(member, { kind: 'ahead', seq, reply });
  }

  #stop(member: Member, state: CatchingUp): void {
    const { members } = this.#group;
    const { retained } = members;
    const rest = retained.covers(state.mark) ? retained.from(state.mark) : [];
    members.apply(member, { kind: 'stopped' });
    for (const entry of rest) this.missed(member, entry);
    this.#context.pause(member.outlet);
  }
}
