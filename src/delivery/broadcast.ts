import type { Entry } from './entry.js';
import type { Member } from './member.js';
import type { LiveState } from './member-state.js';
import { opsMessages } from './ops-messages.js';
import type { DeliveryContext, Encoders, Frames, Message, Variant } from './port.js';

/** The members of one variant and form that are pushed everything. */
interface GroupMembers {
  readonly variant: Variant;
  readonly takesOps: boolean;
  members: Member[];
}

/**
 * The live members of a group. One that holds a group subscription is pushed every message, and nothing besides; any
 * other one those of its items. So no message reaches an outlet twice. Messages of a tick are encoded once per variant
 * and form (with whole values, with ops) that has members they concern, and leave together.
 */
export class Broadcast {
  readonly #context: DeliveryContext;
  readonly #groupMembers: GroupMembers[] = [];
  #itemMembers: Map<string, Set<Member>> | undefined;
  #size = 0;
  #pending: Entry[] = [];
  /** ms; the newest timestamp of a reply that a member went live after. */
  #newestReply = 0;
  /** Where the feed was before the first pending entry. */
  #flushed = -1;
  readonly #n: number;

  /** @param n what messages of ops call the group */
  constructor(context: DeliveryContext, n: number) {
    this.#context = context;
    this.#n = n;
  }

  /** Number of live members. */
  get size(): number {
    return this.#size;
  }

  /** Entries that the live members were not pushed yet. */
  get pending(): readonly Entry[] {
    return this.#pending;
  }

  /** The seq up to which live members were pushed, when the feed is at `seq`. */
  pushedTo(seq: number): number {
    return this.#pending.length === 0 ? seq : this.#flushed;
  }

  /** All whom a change of this item concerns take ops. */
  takesOps(item: string): boolean {
    for (const { takesOps, members } of this.#groupMembers) if (!takesOps && members.length > 0) return false;
    for (const { takesOps } of this.#itemMembers?.get(item) ?? []) if (!takesOps) return false;
    return true;
  }

  /** Adds a member that holds everything up to the feed's seq; nothing may be pending. */
  add(member: Member, live: LiveState): void {
    this.#size++;
    if (live.told > this.#newestReply) this.#newestReply = live.told;
    if (member.isGroupMember) {
      const list = this.#listOf(member);
      live.slot = list.members.length;
      // A list that begins with its one member has no room to spare; most groups have few.
      if (live.slot === 0) list.members = [member];
      else list.members.push(member);
      return;
    }
    this.#itemMembers ??= new Map();
    for (const item of member.items()) {
      const members = this.#itemMembers.get(item);
      if (members === undefined) this.#itemMembers.set(item, new Set([member]));
      else members.add(member);
    }
  }

  /** Call it before the member's subscriptions change. */
  remove(member: Member, live: LiveState): void {
    this.#size--;
    if (live.slot >= 0) {
      this.#removeGroupMember(member, live);
      return;
    }
    for (const item of member.items()) {
      const members = this.#itemMembers?.get(item);
      members?.delete(member);
      if (members?.size === 0) this.#itemMembers?.delete(item);
    }
    if (this.#itemMembers?.size === 0) this.#itemMembers = undefined;
  }

  /** Takes an entry for the end of this tick. @param before the feed's seq before it */
  push(entry: Entry, before: number): void {
    if (this.#size === 0) return;
    if (entry.isEvent && entry.timestamp <= this.#newestReply) {
      this.#pushLate(entry);
      return;
    }
    if (this.#pending.length === 0) {
      this.#flushed = before;
      this.#context.flushLater(this);
    }
    this.#pending.push(entry);
  }

  /** Encodes what is pending, once, and writes the same bytes to everybody it concerns. */
  flush(): void {
    const entries = this.#pending;
    if (entries.length === 0) return;
    this.#pending = [];
    const context = this.#context;
    let short: readonly Message[] | undefined;
    for (const { variant, takesOps, members } of this.#groupMembers) {
      if (members.length === 0) continue;
      if (takesOps) short ??= opsMessages(entries, this.#n);
      const frames = context.encoders[variant](takesOps ? short! : entries);
      // Backwards, because a write may take its own member out; then one that had its turn comes into the place.
      for (let i = members.length - 1; i >= 0; i--) {
        context.send((members[i] as Member).outlet, frames, entries.length);
      }
    }
    if (this.#itemMembers !== undefined) this.#flushItems(this.#itemMembers, entries);
  }

  /** An event that was on its way while a reply was made which is not older: whom that was for is not told of it. */
  #pushLate(event: Entry): void {
    this.flush();
    const run = new Run([event], this.#context.encoders, this.#n);
    const tell = (member: Member): void => {
      const { state } = member;
      if (state.kind === 'live' && state.told < event.timestamp)
        this.#context.send(member.outlet, run.framesOf(member), 1);
    };
    for (const { members } of this.#groupMembers)
      for (let i = members.length - 1; i >= 0; i--) tell(members[i] as Member);
    if (event.item === undefined) return;
    for (const member of [...(this.#itemMembers?.get(event.item) ?? [])]) tell(member);
  }

  #listOf({ variant, takesOps }: Member): GroupMembers {
    // A list that became empty stays: there are few variants.
    let list = this.#groupMembers.find((one) => one.variant === variant && one.takesOps === takesOps);
    if (list === undefined) {
      list = { variant, takesOps, members: [] };
      this.#groupMembers.push(list);
    }
    return list;
  }

  /** The last one takes the place that becomes free. */
  #removeGroupMember(member: Member, live: LiveState): void {
    const { members } = this.#listOf(member);
    const last = members.pop() as Member;
    if (last !== member) {
      members[live.slot] = last;
      (last.state as LiveState).slot = live.slot;
    }
    live.slot = -1;
  }

  #flushItems(itemMembers: ReadonlyMap<string, ReadonlySet<Member>>, entries: readonly Entry[]): void {
    const byItem = new Map<string, Entry[]>();
    const several = new Map<Member, Entry[]>();
    for (const entry of entries) {
      const members = entry.item === undefined ? undefined : itemMembers.get(entry.item);
      if (members === undefined || entry.item === undefined) continue;
      append(byItem, entry.item, entry);
      for (const member of members) if (member.hasSeveral) append(several, member, entry);
    }
    for (const [item, own] of byItem) {
      const run = new Run(own, this.#context.encoders, this.#n);
      for (const member of itemMembers.get(item) ?? []) {
        if (!several.has(member)) this.#context.send(member.outlet, run.framesOf(member), own.length);
      }
    }
    // A member of several items gets its messages in seq order across them.
    for (const [member, own] of several) {
      const messages = member.takesOps ? opsMessages(own, this.#n) : own;
      this.#context.send(member.outlet, this.#context.encoders[member.variant](messages), own.length);
    }
  }
}

/** Messages that are encoded when the first member of a variant and form wants them. */
class Run {
  readonly #entries: readonly Entry[];
  readonly #encoders: Encoders;
  readonly #n: number;
  readonly #whole: Partial<Record<Variant, Frames>> = {};
  readonly #short: Partial<Record<Variant, Frames>> = {};

  constructor(entries: readonly Entry[], encoders: Encoders, n: number) {
    this.#entries = entries;
    this.#encoders = encoders;
    this.#n = n;
  }

  framesOf({ variant, takesOps }: Member): Frames {
    const kept = takesOps ? this.#short : this.#whole;
    let frames = kept[variant];
    if (frames === undefined) {
      frames = this.#encoders[variant](takesOps ? opsMessages(this.#entries, this.#n) : this.#entries);
      kept[variant] = frames;
    }
    return frames;
  }
}

function append<K>(lists: Map<K, Entry[]>, key: K, entry: Entry): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [entry]);
  else list.push(entry);
}
