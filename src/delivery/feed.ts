import type { Change, Cursor, CustomEvent, GroupAddress, OpsChange, Since } from '../domain/change.js';
import { whenReady } from '../domain/deferred.js';
import { renderEvent } from '../domain/message.js';
import { type Entry, entryOf, opsEntry } from './entry.js';
import { LooseItems } from './loose-items.js';
import type { DeliveryContext, Source } from './port.js';

/** Who reads a feed. */
export interface FeedReader {
  /** The next message. The feed moves to its seq once this returns. */
  next(entry: Entry): void;
  /** Whoever a change of this item concerns takes ops and is pushed to: its value is not needed. */
  takesOps(item: string): boolean;
  /** The feed's seq is another than before. */
  moved(): void;
  /** No message leads from where the feed is to where the group is; the feed moves there once this returns. */
  reset(): void;
  /** What failed, or was asked before a gap, can be asked again. */
  retry(): void;
}

/** Messages held back while the feed asks what it missed; beyond that it asks again. */
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
  /** Something was missed, and no question found it yet: a failed one is asked again. */
  #isBehind = false;
  /** Something may have been missed that the question under way, or the first reply, does not find. */
  #askAgain = false;
  #heldBack: (Change | CustomEvent)[] = [];
  /** What came as ops last and was not taken so: its value may follow, and is told as ops to those who take them. */
  #announced: OpsChange | undefined;
  /** Undefined: there were none yet. */
  #loose: LooseItems | undefined;
  /**
   * ms; of the newest that was told, or that the newest question was replied to. After a failover the stamps of the new
   * master may be behind it for a while: what is not newer would take clients back.
   */
  #told = 0;
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
  change(told: Change): void {
    const change = this.#announced === undefined ? told : this.#withOps(told, this.#announced);
    if (change.seq === 0) {
      if (!this.#source.isOrderedByTime) {
        this.#loose ??= new LooseItems();
        this.#loose.add(change.item);
      }
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
    this.#reader.moved();
  }

  /**
   * Takes an update that comes as ops, where the members can do with them alone. False: they need its value, or something
   * before it is missing.
   */
  ops(change: OpsChange): boolean {
    const { item, seq, epoch } = change;
    this.#announced = change;
    if (this.#asking || epoch !== this.#epoch) return false;
    if (seq <= this.#seq) return true;
    if (this.#seq < 0 || seq > this.#seq + 1) return false;
    if (this.#loose?.has(item) || !this.#reader.takesOps(item)) return false;
    this.#announced = undefined;
    this.#reader.next(opsEntry(change));
    this.#seq = seq;
    if (change.timestamp > this.#told) this.#told = change.timestamp;
    this.#reader.moved();
    return true;
  }

  /** Takes a custom event: in its place by time, or not at all when what came after it was told already. */
  event(event: CustomEvent): void {
    if (this.#isBehind) {
      this.#holdBack(event);
      return;
    }
    if (event.timestamp <= this.#told) {
      this.#context.counters.droppedEvents++;
      return;
    }
    this.#told = event.timestamp;
    this.#reader.next({
      seq: 0,
      epoch: '',
      item: event.item,
      text: renderEvent(event),
      isEvent: true,
      timestamp: event.timestamp,
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
    this.#isBehind = true;
    const failed = (error: unknown): void => {
      this.#asking = false;
      // The next question finds the changes.
      this.#heldBack = this.#heldBack.filter((held) => !isChange(held));
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
    const { seq, epoch, timestamp } = since.kind === 'changes' ? since : since.snapshot;
    let heldBack = this.#heldBack;
    this.#heldBack = [];
    this.#asking = false;
    this.#isBehind = false;
    if (since.kind === 'changes') heldBack = this.#fill(since.changes, heldBack);
    else this.#reader.reset();
    this.#seq = seq;
    this.#epoch = epoch;
    if (timestamp > this.#told) this.#told = timestamp;
    for (const held of heldBack) this.#release(held, epoch);
    this.#reader.moved();
    this.#reader.retry();
    if (!this.#askAgain) return;
    this.#askAgain = false;
    this.gap();
  }

  /**
   * Takes what was missed, and the events that came between, in the order of their time; returns what comes after. No
   * member goes live in between: a late creation is news to those alone who were where the feed was.
   */
  #fill(changes: readonly Change[], heldBack: readonly (Change | CustomEvent)[]): (Change | CustomEvent)[] {
    const events = heldBack.filter((held) => !isChange(held)) as CustomEvent[];
    let next = 0;
    for (const change of changes) {
      for (; next < events.length && events[next]!.timestamp < change.timestamp; next++)
        this.event(events[next]!);
      this.#take(change);
    }
    const told = new Set(events.slice(0, next));
    return heldBack.filter((held) => isChange(held) || !told.has(held));
  }

  #release(held: Change | CustomEvent, epoch: string): void {
    if (!isChange(held)) this.event(held);
    else if (held.epoch === epoch) this.change(held);
    // Of an older epoch, or of a newer one than the question saw: another question tells.
    else this.#askAgain = true;
  }

  #withOps(change: Change, { seq, epoch, ops }: OpsChange): Change {
    this.#announced = undefined;
    return change.seq === seq && change.epoch === epoch ? { ...change, ops } : change;
  }

  #take(change: Change): void {
    if (this.#seq >= 0 && change.seq <= this.#seq) return;
    this.#reader.next(entryOf(change, this.#loose?.has(change.item)));
    this.#loose?.told(change.item);
    this.#seq = change.seq;
    this.#epoch = change.epoch;
    if (change.timestamp > this.#told) this.#told = change.timestamp;
  }

  #holdBack(held: Change | CustomEvent): void {
    if (this.#heldBack.length < MAX_HELD_BACK) this.#heldBack.push(held);
    else if (isChange(held)) this.#askAgain = true;
    else this.#context.counters.droppedEvents++;
  }
}

const isChange = (held: Change | CustomEvent): held is Change => 'seq' in held;
