import type { Cursor } from '../domain/change.js';
import { Deferred, type Eventual, mapReady, whenReady } from '../domain/deferred.js';
import { renderDropped } from '../domain/message.js';
import { type Answer, standing } from './answer.js';
import { AnswerWriter } from './answer-writer.js';
import type { Membership } from './membership.js';
import type { Entry } from './retained.js';
import type { Topic } from './topic.js';

/**
 * Brings the members of one topic to live: first answers of joins, catch-up after a pause, full syncs after a reset.
 *
 * The one rule: an answer stands at some seq S; a member gets it together with exactly those messages of the feed that
 * came before S (for subscriptions that it had already) and after S (for all). Where the source answers at once, S is
 * where the feed is. Where it answers later, the feed is retained meanwhile, once for all members that wait.
 */
export class Serving {
  readonly #topic: Topic;
  /** Members that wait for an answer or for the feed; while there is one, the feed is retained. */
  readonly #waiting = new Set<Membership>();
  readonly #asking = new Set<Membership>();
  readonly #paused = new Set<Membership>();
  /** Answers that stand ahead of the feed. */
  readonly #early = new Map<Membership, Answer | undefined>();
  readonly #writer: AnswerWriter;

  constructor(topic: Topic) {
    this.#topic = topic;
    this.#writer = new AnswerWriter(topic);
  }

  /** A message of the feed passes the members that are not live. */
  passed(entry: Entry): void {
    if (entry.seq === 0) {
      if (!entry.isEvent) this.#writer.syncs.forget();
      for (const membership of this.#paused) this.missed(membership, entry);
    }
    if (this.#waiting.size > 0) this.#topic.retained.add(entry);
  }

  /** A paused member will not be pushed this message; a sequenced one is found again from the cursor. */
  missed(membership: Membership, entry: Entry): void {
    if (entry.seq !== 0 || !membership.concerns(entry.item)) return;
    if (entry.isEvent) {
      membership.missedEvents++;
      this.#topic.context.counters.droppedEvents++;
    } else membership.stale = true;
  }

  suspended(membership: Membership): void {
    membership.mark = this.#topic.retained.end;
    if (membership.state === 'paused') this.#paused.add(membership);
    else this.#waiting.add(membership);
  }

  forget(membership: Membership): void {
    this.#paused.delete(membership);
    this.#early.delete(membership);
    this.#doneWaiting(membership);
  }

  forgetSync(): void {
    this.#writer.syncs.forget();
  }

  /** The feed moved: members whose answer stood ahead of it go on. */
  arrived(): void {
    if (this.#early.size === 0) return;
    for (const [membership, answer] of [...this.#early]) {
      const seq = answer === undefined ? membership.cursor : standing(answer).seq;
      if (this.#topic.seq < seq) continue;
      this.#early.delete(membership);
      if (answer !== undefined) this.#give(membership, answer);
      this.serve(membership);
    }
  }

  /** Asks again for everybody whose question failed. */
  retry(): void {
    for (const membership of [...this.#waiting]) this.serve(membership);
  }

  /** Goes on with one member until it is live, its outlet is full, or an answer has to be waited for. */
  serve(membership: Membership): void {
    const topic = this.#topic;
    if (this.#asking.has(membership) || this.#early.has(membership)) return;
    this.#paused.delete(membership);
    for (;;) {
      if (membership.state === 'closed' || membership.state === 'live') return;
      if (topic.context.isFull(membership.outlet)) {
        this.#hold(membership);
        return;
      }
      if (membership.state === 'paused') this.#unhold(membership);
      const question = this.#question(membership);
      if (question === undefined) {
        if (this.#finish(membership)) return;
        continue;
      }
      let answer: Eventual<Answer>;
      try {
        answer = question();
      } catch (error) {
        this.#failed(membership, error);
        return;
      }
      if (answer instanceof Promise || answer instanceof Deferred) {
        this.#await(membership, answer);
        return;
      }
      if (!this.#give(membership, answer)) return;
    }
  }

  #await(membership: Membership, answer: Eventual<Answer>): void {
    this.#asking.add(membership);
    whenReady(
      answer,
      (given) => {
        this.#asking.delete(membership);
        if (membership.state !== 'closed' && this.#give(membership, given)) this.serve(membership);
      },
      (error: unknown) => {
        this.#asking.delete(membership);
        this.#failed(membership, error);
      },
    );
  }

  #failed(membership: Membership, error: unknown): void {
    if (membership.state === 'closed') return;
    this.#topic.context.log(error, 'answer a subscription');
    this.#topic.context.retryLater(this.#topic);
  }

  /** The next thing to ask the source for this member; undefined when nothing is owed. */
  #question(membership: Membership): (() => Eventual<Answer>) | undefined {
    const { at, source, epoch, retained } = this.#topic;
    this.#waiting.add(membership);
    const hasOld = membership.hasAnswered;
    const reachable = retained.covers(membership.mark) && !membership.stale;
    if (hasOld && !reachable) {
      // A cursor that no epoch has makes the source answer with a full sync.
      const cursor: Cursor = membership.stale ? { epoch: '', seq: 0 } : { epoch, seq: membership.cursor };
      const mark = retained.end;
      return () =>
        mapReady(source.changesSince(at, cursor), (since): Answer => ({ to: 'member', since, mark }));
    }
    const to = membership.nextOwed;
    if (to === undefined) return undefined;
    if (!hasOld) membership.mark = retained.end;
    const { since } = to;
    if (since !== undefined) {
      return () => mapReady(source.changesSince(at, since), (answer): Answer => ({ to, since: answer }));
    }
    const sync = this.#writer.syncs.find(to);
    // A member that caught up ahead of the feed must not be taken back to where the feed is.
    if (sync !== undefined && sync.seq >= membership.cursor) return () => ({ to, sync });
    return () => mapReady(source.snapshot(at, to.item), (snapshot): Answer => ({ to, snapshot }));
  }

  /** Gives an answer to its member. False when the member must wait: for the feed, or for its outlet. */
  #give(membership: Membership, answer: Answer): boolean {
    const topic = this.#topic;
    const { seq, epoch } = standing(answer);
    if (topic.seq < 0) topic.stand(seq, epoch);
    else if (epoch !== topic.epoch) {
      // The data was lost and began anew: the topic asks from its own cursor, then for everybody who waits.
      topic.repair();
      return false;
    }
    if (answer.to === 'member') {
      membership.mark = answer.mark;
      membership.stale = false;
      if (this.#writer.catchUp(membership, answer.since)) return true;
      this.#hold(membership);
      return false;
    }
    // It may have left while the question was under way.
    if (!membership.owes(answer.to)) return true;
    if (membership.hasAnswered) {
      if (topic.seq < seq) {
        this.#early.set(membership, answer);
        return false;
      }
      if (!topic.retained.covers(membership.mark)) return true;
      this.#writer.replay(membership, seq);
    }
    membership.settle(answer.to);
    this.#writer.answer(membership, answer);
    membership.cursor = seq;
    return true;
  }

  /** Nothing is owed any more: makes the member live, as soon as the feed is where its answers stand. */
  #finish(membership: Membership): boolean {
    const topic = this.#topic;
    if (topic.seq < membership.cursor) {
      this.#early.set(membership, undefined);
      return true;
    }
    if (!topic.retained.covers(membership.mark)) return false;
    this.#writer.replay(membership, Number.POSITIVE_INFINITY);
    if (topic.context.isFull(membership.outlet)) return false;
    if (membership.missedEvents > 0) {
      topic.write(membership, topic.context.encode([renderDropped(topic.at, membership.missedEvents)]), 1);
      membership.missedEvents = 0;
    }
    this.#doneWaiting(membership);
    topic.flush();
    topic.activate(membership);
    return true;
  }

  #hold(membership: Membership): void {
    const { retained } = this.#topic;
    if (membership.state === 'asking' && retained.covers(membership.mark)) {
      for (const entry of retained.from(membership.mark)) this.missed(membership, entry);
    }
    membership.state = 'paused';
    this.#doneWaiting(membership);
    this.#paused.add(membership);
    this.#topic.context.pause(membership.outlet);
  }

  /** From a pause, only the source knows what came after the cursor. */
  #unhold(membership: Membership): void {
    membership.state = 'asking';
    const upToDate = membership.cursor === this.#topic.seq && !membership.stale;
    membership.mark = upToDate ? this.#topic.retained.end : -1;
  }

  #doneWaiting(membership: Membership): void {
    this.#waiting.delete(membership);
    if (this.#waiting.size === 0) this.#topic.retained.clear();
  }
}
