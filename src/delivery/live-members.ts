import type { Membership } from './membership.js';
import type { FrameEncoder, Frames } from './outlet.js';
import type { Entry } from './retained.js';

/** Writes frames that hold `count` messages to one member. */
export type WriteTo = (membership: Membership, frames: Frames, count: number) => void;

/**
 * The members that are pushed to. A wide one (it holds a group subscription) gets every message, and nothing besides;
 * a narrow one gets those of its items. So no message reaches an outlet twice.
 */
export class LiveMembers {
  #wide: Membership[] = [];
  #narrow: Map<string, Set<Membership>> | undefined;

  get empty(): boolean {
    return this.#wide.length === 0 && this.#narrow === undefined;
  }

  add(membership: Membership): void {
    if (membership.wide) {
      membership.slot = this.#wide.length;
      // A list that begins with its one member has no room to spare; most groups have few.
      if (membership.slot === 0) this.#wide = [membership];
      else this.#wide.push(membership);
      return;
    }
    this.#narrow ??= new Map();
    for (const item of membership.items()) {
      const members = this.#narrow.get(item);
      if (members === undefined) this.#narrow.set(item, new Set([membership]));
      else members.add(membership);
    }
  }

  /** Call it before the membership's subscriptions change. */
  remove(membership: Membership): void {
    if (membership.slot >= 0) {
      this.#removeWide(membership);
      return;
    }
    for (const item of membership.items()) {
      const members = this.#narrow?.get(item);
      members?.delete(membership);
      if (members?.size === 0) this.#narrow?.delete(item);
    }
    if (this.#narrow?.size === 0) this.#narrow = undefined;
  }

  /** Frames the messages once and writes the same bytes to everybody they concern. */
  push(entries: readonly Entry[], encode: FrameEncoder, write: WriteTo): void {
    const wide = this.#wide;
    if (wide.length > 0) {
      const frames = encode(entries.map((entry) => entry.text));
      // Backwards, because a write may take its own member out; then one that had its turn comes into the place.
      for (let i = wide.length - 1; i >= 0; i--) write(wide[i] as Membership, frames, entries.length);
    }
    if (this.#narrow !== undefined) this.#pushNarrow(this.#narrow, entries, encode, write);
  }

  /** The last one takes the place that becomes free. */
  #removeWide(membership: Membership): void {
    const last = this.#wide.pop() as Membership;
    if (last !== membership) {
      this.#wide[membership.slot] = last;
      last.slot = membership.slot;
    }
    membership.slot = -1;
  }

  #pushNarrow(
    narrow: ReadonlyMap<string, ReadonlySet<Membership>>,
    entries: readonly Entry[],
    encode: FrameEncoder,
    write: WriteTo,
  ): void {
    const byItem = new Map<string, string[]>();
    const several = new Map<Membership, string[]>();
    for (const { item, text } of entries) {
      const members = item === undefined ? undefined : narrow.get(item);
      if (members === undefined || item === undefined) continue;
      append(byItem, item, text);
      for (const membership of members) if (membership.several) append(several, membership, text);
    }
    for (const [item, texts] of byItem) {
      let frames: Frames | undefined;
      for (const membership of narrow.get(item) ?? []) {
        if (several.has(membership)) continue;
        frames ??= encode(texts);
        write(membership, frames, texts.length);
      }
    }
    // A member of several items gets its messages in seq order across them.
    for (const [membership, texts] of several) write(membership, encode(texts), texts.length);
  }
}

function append<K>(lists: Map<K, string[]>, key: K, text: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [text]);
  else list.push(text);
}
