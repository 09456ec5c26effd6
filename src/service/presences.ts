import type { JsonText } from '../../generated/json-text.js';
import type { Outlet } from '../delivery/port.js';
import { addressKey } from '../domain/address.js';
import type { Change, ItemAddress } from '../domain/change.js';
import type { Condition } from '../domain/condition.js';
import { type Eventual, whenReady } from '../domain/deferred.js';
import type { Committed } from '../store/port.js';
import type { Owners } from './owners.js';

/** A client that is present: its subscription, and the item that goes with that. */
export interface Present {
  readonly at: ItemAddress;
  readonly key: string;
  readonly data: JsonText;
  readonly token: string;
}

/**
 * Clients that have an item while they are subscribed (D76). Several may have one under the same key, as the tabs of a person do:
 * the item is that of the last to come, and goes to one that is left.
 */
export class Presences {
  readonly #owners: Owners;
  /** By item, in the order in which they came. */
  readonly #present = new Map<string, Set<Present>>();
  /** By subscription. */
  readonly #kept = new Map<Outlet, Map<string, Present>>();
  #entered = 0;

  constructor(owners: Owners) {
    this.#owners = owners;
  }

  /** Whom `write` gives the item, and `exit` takes it from again. */
  enter(outlet: Outlet, at: ItemAddress, data: JsonText): Present {
    const token = `${this.#owners.connectionId(outlet)}/${++this.#entered}`;
    const present: Present = { at, key: addressKey(at), data, token };
    const others = this.#present.get(present.key) ?? new Set();
    this.#present.set(present.key, others.add(present));
    this.#owners.enter(token);
    return present;
  }

  /** An equal item that somebody has is taken over without an event. */
  write({ at, data, token: owner }: Present, condition?: Condition): Eventual<Committed> {
    const life = { owner, claim: true } as const;
    const set = { kind: 'set', value: data, life } as const;
    const mutation = condition === undefined ? set : { ...set, guard: { condition } };
    return this.#owners.commit(at, mutation, undefined);
  }

  /** The subscription ended: a grace later its item goes, or is another's of the same key. */
  exit(present: Present): void {
    const others = this.#present.get(present.key);
    others?.delete(present);
    if (others?.size === 0) this.#present.delete(present.key);
    this.#owners.exit(present.token);
    this.#owners.afterGrace(() => this.#end(present));
  }

  /** It ends with the subscription. */
  keep(outlet: Outlet, subscriptionId: string, present: Present): void {
    const kept = this.#kept.get(outlet) ?? new Map<string, Present>();
    this.#kept.set(outlet, kept.set(subscriptionId, present));
  }

  leave(outlet: Outlet, subscriptionId: string): void {
    const kept = this.#kept.get(outlet);
    const present = kept?.get(subscriptionId);
    if (kept === undefined || present === undefined) return;
    kept.delete(subscriptionId);
    if (kept.size === 0) this.#kept.delete(outlet);
    this.exit(present);
  }

  /** Whoever is present here has the item back that went with a connection of another node. */
  changed({ stream, group, item, reason }: Change): void {
    if (reason !== 'owner_left' || this.#present.size === 0) return;
    const heir = this.#heirOf(addressKey({ stream, group, item }));
    if (heir !== undefined) this.#pass(heir, { kind: 'absent' });
  }

  #end({ key, token }: Present): void {
    const heir = this.#heirOf(key);
    if (heir === undefined) this.#owners.release(token);
    else this.#pass(heir, { kind: 'owner', owner: token });
  }

  #heirOf(key: string): Present | undefined {
    return [...(this.#present.get(key) ?? [])].at(-1);
  }

  /** Tried until the store takes it: until then the item is nobody's who is present. */
  #pass(heir: Present, condition: Condition): void {
    const failed = (): void =>
      this.#owners.afterFailure(() => {
        if (this.#present.get(heir.key)?.has(heir) === true) this.#pass(heir, condition);
      });
    try {
      whenReady(this.write(heir, condition), () => {}, failed);
    } catch {
      // The store takes no writes now, which its health says.
      failed();
    }
  }
}
