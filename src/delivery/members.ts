import type { Broadcast } from './broadcast.js';
import { Member } from './member.js';
import { type MemberEvent, type MemberState, transition } from './member-state.js';
import type { Outlet } from './port.js';
import { Retained } from './retained.js';

/** The members of one group, and who is in which state. */
export class Members {
  readonly paused = new Set<Member>();
  readonly catchingUp = new Set<Member>();
  /** What passes while a member catches up, once for all of them. */
  readonly retained = new Retained();
  readonly #byOutlet = new Map<Outlet, Member>();
  readonly #live: Broadcast;

  /** @param live is told who is live */
  constructor(live: Broadcast) {
    this.#live = live;
  }

  get size(): number {
    return this.#byOutlet.size;
  }

  [Symbol.iterator](): IterableIterator<Member> {
    return this.#byOutlet.values();
  }

  find(outlet: Outlet): Member | undefined {
    return this.#byOutlet.get(outlet);
  }

  /** The member of an outlet; a new one begins with catching up. */
  open(outlet: Outlet): Member {
    let member = this.#byOutlet.get(outlet);
    if (member === undefined) {
      member = new Member(outlet);
      this.#byOutlet.set(outlet, member);
      this.catchingUp.add(member);
    }
    return member;
  }

  /** Something happened to a member: the only way in which its state changes. */
  apply(member: Member, event: MemberEvent): void {
    const before = member.state;
    const after = transition(before, event);
    if (after.kind === before.kind) {
      member.state = after;
      return;
    }
    this.#leave(member, before);
    member.state = after;
    if (after.kind === 'live') this.#live.add(member, after);
    else if (after.kind === 'left') this.#byOutlet.delete(member.outlet);
    else this[after.kind].add(member);
  }

  #leave(member: Member, before: MemberState): void {
    if (before.kind === 'left') return;
    if (before.kind === 'live') {
      this.#live.remove(member, before);
      return;
    }
    this[before.kind].delete(member);
    if (this.catchingUp.size === 0) this.retained.clear();
  }
}
