import type { Change, Cursor, ResetReason, Since, Snapshot } from '../domain/change.js';
import { renderChange, renderSubscribed } from '../domain/message.js';
import type { Answer } from './answer.js';
import type { Membership } from './membership.js';
import type { Subscription } from './subscription.js';
import { SyncFrames } from './sync-frames.js';
import type { Topic } from './topic.js';

/** Messages encoded together while a member catches up; after each run the outlet's bound is looked at. */
const RUN = 64;

/** Writes answers to the members of one topic, and moves their cursors along. */
export class AnswerWriter {
  readonly syncs: SyncFrames;
  readonly #topic: Topic;

  constructor(topic: Topic) {
    this.#topic = topic;
    this.syncs = new SyncFrames(topic);
  }

  /** The first answer of a subscription, in one piece. */
  answer(membership: Membership, answer: Exclude<Answer, { to: 'member' }>): void {
    const topic = this.#topic;
    const { to } = answer;
    if ('since' in answer) {
      topic.context.counters.catchUps++;
      if (answer.since.kind === 'reset') {
        this.#resync(membership, to, answer.since.reason, answer.since.snapshot);
        return;
      }
      const texts: string[] = [this.#acknowledgement(to, 'changes', undefined, answer.since)];
      for (const change of answer.since.changes) {
        if (to.item === undefined || to.item === change.item) texts.push(renderChange(change));
      }
      topic.write(membership, topic.context.encode(texts), texts.length);
    } else if ('sync' in answer) {
      this.#acknowledge(membership, to, undefined, answer.sync);
      topic.write(membership, answer.sync.frames, 1);
    } else this.#resync(membership, to, undefined, answer.snapshot);
  }

  /** Everything after the member's cursor, in runs, as long as its outlet has room; false when that ran out. */
  catchUp(membership: Membership, since: Since): boolean {
    const { context } = this.#topic;
    context.counters.catchUps++;
    if (since.kind === 'reset') {
      for (const to of membership.answered) this.#resync(membership, to, since.reason, since.snapshot);
      membership.cursor = since.snapshot.seq;
      return true;
    }
    const mine = since.changes.filter((change) => membership.concerns(change.item));
    for (let i = 0; i < mine.length; i += RUN) {
      const run = mine.slice(i, i + RUN);
      this.#topic.write(membership, context.encode(run.map(renderChange)), run.length);
      membership.cursor = (run.at(-1) as Change).seq;
      if (context.isFull(membership.outlet) && i + RUN < mine.length) return false;
    }
    membership.cursor = since.seq;
    return true;
  }

  /** A full sync of one subscription, with the acknowledgement that it asked for. */
  #resync(
    membership: Membership,
    to: Subscription,
    reason: ResetReason | undefined,
    snapshot: Snapshot,
  ): void {
    this.#acknowledge(membership, to, reason, snapshot);
    this.#topic.write(membership, this.syncs.frame(to, snapshot), 1);
  }

  #acknowledge(
    membership: Membership,
    to: Subscription,
    reason: ResetReason | undefined,
    cursor: Cursor,
  ): void {
    if (!to.acknowledged) return;
    const text = this.#acknowledgement(to, 'sync', reason, cursor);
    this.#topic.write(membership, this.#topic.context.encode([text]), 1);
  }

  #acknowledgement(
    to: Subscription,
    mode: 'changes' | 'sync',
    reason: ResetReason | undefined,
    cursor: Cursor,
  ): string {
    return renderSubscribed({
      ...this.#topic.at,
      subscriptionId: to.subscriptionId,
      item: to.item,
      mode,
      reason,
      cursor,
    });
  }

  /** Writes what was retained since the member's mark, up to the change with `upTo`, to its answered subscriptions. */
  replay(membership: Membership, upTo: number): void {
    const texts: string[] = [];
    for (const entry of this.#topic.retained.from(membership.mark)) {
      if (entry.seq > upTo) break;
      membership.mark++;
      const isNews = entry.seq === 0 || entry.seq > membership.cursor;
      if (isNews && membership.concerns(entry.item)) texts.push(entry.text);
      if (entry.seq > membership.cursor) membership.cursor = entry.seq;
    }
    if (texts.length > 0) this.#topic.write(membership, this.#topic.context.encode(texts), texts.length);
  }
}
