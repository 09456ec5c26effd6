import type { Change, Cursor, CustomEvent, GroupAddress, Since } from '../domain/change.js';
import { whenReady } from '../domain/deferred.js';
import { renderChange, renderEvent } from '../domain/message.js';
import type { DeliveryContext, Message, Source } from './port.js';

/** One message of a group's feed. */
export interface Entry extends Message {
  readonly item: string | undefined;
  /** True for a custom event: a client that misses it is told the count and gets nothing else. */
  readonly isEvent: boolean;
}

/** Who reads a feed. */
export interface FeedReader {
  /** The next message. The feed moves to its seq once this returns. */
  next(entry: Entry): void;
  /** The feed's seq is another than before. */
  moved(): void;
  /** No message leads from where the feed is to where the group is; the feed moves there once this returns. */
  reset(): void;
  /** What failed, or was asked before a gap, can be asked again. */
  retry(): void;
}

/** Changes held back while the feed asks what it missed; beyond that it asks again. */
const MAX_HELD_BACK = 10_000;

/**
 * The changes and events of one group, in order: repeats are dropped, and a hole or another epoch is filled by asking
 * the source, while what comes meanwhile is held back.
 */
export class Feed {
  readonly #at: GroupAddress;
  readonly #source: Source;
  readonly #reader: FeedReader;
  readonly #context: DeliveryContext;
  #seq = -1;
  #epoch = '';
  /** A question to the source is under way. */
  #asking = false;
  /** Something may have been missed that the question under way, or the first reply, does not find. */
  #askAgain = false;
  #heldBack: Change[] = [];
  #closed = false;

  constructor(at: GroupAddress, source: Source, reader: FeedReader, context: DeliveryContext) {
    this.#at = at;
    this.#source = source;
    this.#reader = reader;
    this.#context = context;
  }

  /** The last seq; -1 until the first reply or change tells. */
  get seq(): number {
    return this.#seq;
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** Takes a change from the source's feed. */
  change(change: Change): void {
    if (change.seq === 0) {
      this.#reader.next(entryOf(change));
      return;
    }
    const isKnown = this.#seq >= 0;
    // Before the first reply a gap leaves open whether this change is the next one.
    if (this.#asking || (!isKnown && this.#askAgain)) {
      this.#holdBack(change);
      return;
    }
    if (isKnown && (change.epoch !== this.#epoch || change.seq > this.#seq + 1)) {
      this.#holdBack(change);
      this.gap();
      return;
    }
    this.#take(change);
  }

  event(event: CustomEvent): void {
    this.#reader.next({
      seq: 0,
      epoch: '',
      item: event.item,
      text: renderEvent(event),
      isEvent: true,
    });
  }

  /** The first reply to a member tells where the group is. */
  start({ seq, epoch }: Cursor): void {
    this.#seq = seq;
    this.#epoch = epoch;
    if (!this.#askAgain) return;
    this.#askAgain = false;
    queueMicrotask(() => this.gap());
  }

  /** Something may have been missed: asks what changed after the feed's own cursor. */
  gap(): void {
    if (this.#closed) return;
    if (this.#asking) {
      // What was lost just now may lie behind what the running question finds.
      this.#askAgain = true;
      return;
    }
    if (this.#seq < 0) {
      // A member's question that is under way may be replied to from before the gap.
      this.#askAgain = true;
      this.#reader.retry();
      return;
    }
    this.#asking = true;
    const failed = (error: unknown): void => {
      this.#asking = false;
      // The next question finds them too.
      this.#heldBack = [];
      this.#context.log(error, 'catch up a group');
      this.#context.retryLater(this);
    };
    try {
      const cursor = { seq: this.#seq, epoch: this.#epoch };
      whenReady(this.#source.changesSince(this.#at, cursor), (since) => this.#found(since), failed);
    } catch (error) {
      failed(error);
    }
  }

  close(): void {
    this.#closed = true;
  }

  #found(since: Since): void {
    this.#context.counters.catchUps++;
    if (since.kind === 'changes') for (const change of since.changes) this.#take(change);
    else this.#reader.reset();
    const { seq, epoch } = since.kind === 'changes' ? since : since.snapshot;
    this.#seq = seq;
    this.#epoch = epoch;
    this.#asking = false;
    const heldBack = this.#heldBack;
    this.#heldBack = [];
    for (const change of heldBack) this.change(change);
    this.#reader.moved();
    this.#reader.retry();
    if (!this.#askAgain) return;
    this.#askAgain = false;
    this.gap();
  }

  #take(change: Change): void {
    if (this.#seq >= 0 && change.seq <= this.#seq) return;
    this.#reader.next(entryOf(change));
    this.#seq = change.seq;
    this.#epoch = change.epoch;
    this.#reader.moved();
  }

  #holdBack(change: Change): void {
    if (this.#heldBack.length === MAX_HELD_BACK) this.#askAgain = true;
    else this.#heldBack.push(change);
  }
}

const entryOf = (change: Change): Entry => ({
  seq: change.seq,
  epoch: change.epoch,
  item: change.item,
  text: renderChange(change),
  isEvent: false,
});
