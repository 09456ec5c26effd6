import type { Change, Cursor, GroupAddress, ResetReason, Since, Snapshot } from '../domain/change.js';
import {
  hasIds,
  renderChange,
  renderDropped,
  renderItemsUnsupported,
  renderSubscribed,
  renderSync,
  renderTooLarge,
} from '../domain/message.js';
import type { Entry } from './entry.js';
import type { Member } from './member.js';
import type { CatchingUp, Reply } from './member-state.js';
import { endOfPiece, isLonger, type Paging } from './pieces.js';
import {
  type DeliveryContext,
  type Frames,
  type Message,
  type Source,
  type Subscription,
  unsequenced,
} from './port.js';
import type { Retained } from './retained.js';
import type { SyncCache } from './sync-cache.js';

type FirstReply = Exclude<Reply, { readonly to: 'member' } | { readonly piece: Paging }>;

/** Messages encoded together while a member catches up; after each run the outlet's bound is looked at. */
const RUN = 64;

/** What replies need of their group. */
interface ReplyGroup {
  readonly at: GroupAddress;
  /** What messages of ops call the group. */
  readonly n: number;
  readonly source: Source;
  readonly members: { readonly retained: Retained };
}

/** Writes what members of one group are told before they are live, and moves their cursors along. */
export class Replies {
  readonly #at: GroupAddress;
  readonly #source: Source;
  readonly #retained: Retained;
  readonly #syncs: SyncCache;
  readonly #context: DeliveryContext;
  readonly #n: number;

  constructor({ at, n, source, members }: ReplyGroup, syncs: SyncCache, context: DeliveryContext) {
    this.#at = at;
    this.#n = n;
    this.#source = source;
    this.#retained = members.retained;
    this.#syncs = syncs;
    this.#context = context;
  }

  /** A stream may become a custom one, or be none any more, while it has members. */
  get #isOrderedByTime(): boolean {
    return this.#source.isOrderedByTime === true;
  }

  /** Begins a sync that comes in pieces; undefined when the reply is none. */
  begin(member: Member, reply: FirstReply): Paging | undefined {
    const { to } = reply;
    if (to.page === undefined || 'sync' in reply) return undefined;
    const reset = 'since' in reply && reply.since.kind === 'reset' ? reply.since : undefined;
    const snapshot = 'snapshot' in reply ? reply.snapshot : reset?.snapshot;
    if (snapshot === undefined || lacksIds(to, snapshot)) return undefined;
    if (reset !== undefined) this.#context.counters.catchUps++;
    this.#syncs.addSnapshot(snapshot);
    this.#acknowledge(member, to, reset?.reason, snapshot);
    return { to, snapshot, start: 0 };
  }

  /**
   * The next piece of a sync; with the last one its subscription is synced. When the group has moved to where the rest
   * does not lead, the subscription asks anew.
   */
  goOn(member: Member, paging: Paging, leadsOn: boolean): void {
    if (leadsOn && !this.#piece(member, paging)) return;
    member.paging = undefined;
    if (leadsOn) member.sync(paging.to);
  }

  /** True when it was the last piece. */
  #piece(member: Member, paging: Paging): boolean {
    const { to, snapshot, start } = paging;
    const { variant } = member.outlet;
    const { page = 1, withItems } = to;
    const kept = this.#syncs.findPiece(variant, withItems, snapshot, { page, start });
    const end = kept?.end ?? endOfPiece(snapshot.items, start, page);
    const isLast = end >= snapshot.items.length;
    let frames = kept?.frames;
    if (frames === undefined) {
      const items = snapshot.items.slice(start, end);
      const text = renderSync(this.#at, { ...snapshot, items }, undefined, withItems, !isLast);
      const { seq, epoch, timestamp } = snapshot;
      // Whoever is cut off before the last piece must not come back as if it had come.
      frames = this.#context.encoders[variant]([isLast ? { seq, epoch, text } : unsequenced(text)]);
      this.#syncs.addPiece({ seq, epoch, timestamp, variant, withItems, frames, page, start, end });
    }
    paging.start = end;
    this.#context.send(member.outlet, frames, 1);
    return isLast;
  }

  /** The first reply of a subscription, in one piece. */
  first(member: Member, reply: FirstReply): void {
    const { to } = reply;
    if ('sync' in reply) {
      this.#acknowledge(member, to, undefined, reply.sync);
      this.#context.send(member.outlet, reply.sync.frames, 1);
    } else if ('snapshot' in reply) this.#sync(member, to, undefined, reply.snapshot);
    else {
      this.#context.counters.catchUps++;
      const { since } = reply;
      if (since.kind === 'reset') this.#sync(member, to, since.reason, since.snapshot);
      else {
        const messages: Message[] = [this.#acknowledgement(to, 'changes', undefined, since)];
        for (const change of since.changes) {
          if (to.item === undefined || to.item === change.item) messages.push(changed(change));
        }
        this.#write(member, messages);
      }
    }
  }

  /** Everything after the member's cursor, in runs, as long as its outlet has room; false when that ran out. */
  catchUp(member: Member, state: CatchingUp, since: Since): boolean {
    this.#context.counters.catchUps++;
    if (since.kind === 'reset') {
      const { reason, snapshot } = since;
      state.told = snapshot.timestamp;
      state.base = snapshot.seq;
      // One that wants pieces asks again from where it was, for the same reason.
      const cursor =
        reason === 'epoch' ? { epoch: '', seq: 0 } : { epoch: snapshot.epoch, seq: state.cursor };
      for (const to of member.synced) {
        if (to.page === undefined) this.#sync(member, to, reason, snapshot);
        else member.unsync(to, cursor);
      }
      state.cursor = snapshot.seq;
      return true;
    }
    state.told = since.timestamp;
    state.base = since.seq;
    const own = since.changes.filter((change) => member.concerns(change.item));
    for (let i = 0; i < own.length; i += RUN) {
      const run = own.slice(i, i + RUN).map(changed);
      this.#write(member, run);
      state.cursor = (run.at(-1) as Message).seq;
      if (i + RUN < own.length && this.#context.isFull(member.outlet)) return false;
    }
    state.cursor = since.seq;
    return true;
  }

  /**
   * What was retained since the member's mark, for its synced subscriptions. One of them may need what the reply to another
   * came too late for: the member is stale then.
   * @param upTo where the reply is that comes next; undefined = none does
   */
  replay(
    member: Member,
    state: CatchingUp,
    upTo: (Cursor & { readonly timestamp: number }) | undefined,
  ): void {
    const messages: Message[] = [];
    for (const entry of this.#retained.from(state.mark)) {
      if (upTo !== undefined && this.#isAfter(entry, upTo)) break;
      state.mark++;
      const isNews =
        entry.isEvent || this.#isOrderedByTime
          ? entry.timestamp > state.told
          : entry.seq === 0 || entry.seq > state.cursor;
      if (!isNews && !entry.isEvent && this.#isOrderedByTime && member.hasSeveral) state.isStale = true;
      if (isNews && member.concerns(entry.item)) {
        const { late } = entry;
        messages.push(
          late !== undefined && late.created <= state.base ? { ...entry, text: late.text } : entry,
        );
      }
      if (entry.seq > state.cursor) state.cursor = entry.seq;
    }
    if (messages.length > 0) this.#write(member, messages);
  }

  #isAfter(entry: Entry, { seq, timestamp }: Cursor & { readonly timestamp: number }): boolean {
    return this.#isOrderedByTime ? entry.timestamp > timestamp : entry.seq > seq;
  }

  /** How many custom events it missed. */
  dropped(member: Member, state: CatchingUp): void {
    if (state.missedEvents === 0) return;
    this.#write(member, [unsequenced(renderDropped(this.#at, state.missedEvents))]);
    state.missedEvents = 0;
  }

  /** A full sync of one subscription, with the acknowledgement that it asked for. */
  #sync(member: Member, to: Subscription, reason: ResetReason | undefined, snapshot: Snapshot): void {
    const isTooLarge = () => to.item === undefined && isLonger(snapshot, this.#context.syncBytes());
    const hasNoIds = lacksIds(to, snapshot);
    if (hasNoIds || isTooLarge()) {
      const refusal = (hasNoIds ? renderItemsUnsupported : renderTooLarge)(to.subscriptionId);
      this.#write(member, [unsequenced(refusal)]);
      this.#context.tooLarge(member.outlet, to);
      return;
    }
    this.#acknowledge(member, to, reason, snapshot);
    this.#context.send(member.outlet, this.#encodeSync(member, to, snapshot), 1);
  }

  #encodeSync({ outlet: { variant } }: Member, to: Subscription, snapshot: Snapshot): Frames {
    const { seq, epoch, timestamp } = snapshot;
    const { item, withItems } = to;
    const text = renderSync(this.#at, snapshot, item, withItems);
    const frames = this.#context.encoders[variant]([{ seq, epoch, text }]);
    if (item === undefined && seq > 0) this.#syncs.add({ seq, epoch, timestamp, variant, withItems, frames });
    return frames;
  }

  #acknowledge(member: Member, to: Subscription, reason: ResetReason | undefined, cursor: Cursor): void {
    if (to.acknowledged) this.#write(member, [this.#acknowledgement(to, 'sync', reason, cursor)]);
  }

  #acknowledgement(
    to: Subscription,
    mode: 'changes' | 'sync',
    reason: ResetReason | undefined,
    cursor: Cursor,
  ): Message {
    const { subscriptionId, item } = to;
    const n = to.ops ? this.#n : undefined;
    return unsequenced(renderSubscribed({ ...this.#at, subscriptionId, item, mode, reason, cursor, n }));
  }

  #write({ outlet }: Member, messages: readonly Message[]): void {
    this.#context.send(outlet, this.#context.encoders[outlet.variant](messages), messages.length);
  }
}

/** It asked for ids that nobody knows. */
const lacksIds = ({ withItems }: Subscription, snapshot: Snapshot): boolean => withItems && !hasIds(snapshot);

const changed = (change: Change): Message => ({
  seq: change.seq,
  epoch: change.epoch,
  text: renderChange(change),
});
