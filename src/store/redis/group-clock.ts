import { type Now, nextTimestamp } from '../../domain/clock.js';
import { LeadLimit } from '../lead-limit.js';

const PRUNE_ABOVE = 10_000;

/**
 * This node's view of the groups' clocks. The scripts order the timestamps of all nodes; this one orders the messages
 * of other engines, which this node has to stamp, among them. Bounded: groups whose last timestamp has
 * passed are forgotten.
 */
export class GroupClock {
  readonly #now: Now;
  readonly #last = new Map<string, number>();
  readonly #lead: LeadLimit;
  #floor = 0;
  #pruneAt = PRUNE_ABOVE;

  constructor(now: Now) {
    this.#now = now;
    this.#lead = new LeadLimit(now());
  }

  /** Called before the group gets its next change. @throws StreamError `overloaded` */
  checkLead(member: string): void {
    this.#lead.check(this.last(member), this.#now());
  }

  /** ms; what the group's next change should get at least. */
  propose(member: string): number {
    return nextTimestamp(this.#now(), this.last(member));
  }

  /** ms; a timestamp that nobody else of this node gets. */
  draw(member: string): number {
    const timestamp = this.propose(member);
    this.saw(member, timestamp);
    return timestamp;
  }

  /** ms; the greatest timestamp seen for the group, 0 = unknown. */
  last(member: string): number {
    return Math.max(this.#last.get(member) ?? 0, this.#floor);
  }

  saw(member: string, timestamp: number): void {
    if (timestamp <= this.last(member)) return;
    this.#last.set(member, timestamp);
    if (this.#last.size > this.#pruneAt) this.#prune();
  }

  #prune(): void {
    const now = this.#now();
    for (const [member, last] of this.#last) if (last <= now) this.#last.delete(member);
    if (now > this.#floor) this.#floor = now;
    this.#pruneAt = PRUNE_ABOVE + 2 * this.#last.size;
  }
}
