import type { Outlet } from '../delivery/port.js';
import { addressKey } from '../domain/address.js';
import type { Change, ItemAddress, TraceContext } from '../domain/change.js';
import { type Eventual, mapReady, whenReady } from '../domain/deferred.js';
import { StreamError } from '../domain/errors.js';
import type { Committed, LostItem, Mutation, OwnershipEvents, Store } from '../store/port.js';
import { Timeouts } from './timeouts.js';

/** Milliseconds until removals that failed are tried again. */
const RETRY = 1_000;

/** Milliseconds, looked up each time; as in `OwnershipEvents`. */
export type OwnerTimes = Pick<OwnershipEvents, 'graceMs' | 'leaseMs'>;

export type CrashEvents = Pick<OwnershipEvents, 'tells' | 'crashed'>;

/** An item that was given to an owner token. */
interface Held {
  readonly at: ItemAddress;
  readonly key: string;
  readonly token: string;
  /** Writes on their way that give it. */
  pending: number;
  /** It was given: by a change, or by a claim of what was there. */
  isGiven: boolean;
  /** Of the last change that gave it; 0 = none did. */
  seq: number;
  epoch: string;
}

/**
 * Items that go with connections (D74): which connections there are, which items each was given, and their end. What an
 * item belongs to is the store's to say: a removal is for one token, and finds nothing where somebody else has the item.
 */
export class Owners implements Disposable {
  readonly #store: Store;
  readonly #times: OwnerTimes;
  /** Connections that joined something, by the ids of their outlets. */
  readonly #open = new Set<string>();
  /** Tokens of clients that are present. */
  readonly #present = new Set<string>();
  /** By owner token, then by item. */
  readonly #items = new Map<string, Map<string, Held>>();
  /** By item, a text that no two have in common. */
  readonly #holders = new Map<string, Set<Held>>();
  readonly #timeouts = new Timeouts();
  readonly #failed = new Set<string>();

  /** @param crashes hears of subscriptions of processes that ended */
  constructor(store: Store, crashes: CrashEvents, times: OwnerTimes) {
    this.#store = store;
    this.#times = times;
    store.owned?.begin({
      ...times,
      tells: (joined) => crashes.tells(joined),
      crashed: (joined) => crashes.crashed(joined),
      lost: (item) => this.#lost(item),
    });
  }

  /** What handlers are told of a client. The same on no other connection, node or run. */
  connectionId({ id }: Outlet): string | undefined {
    const { owned } = this.#store;
    return owned === undefined ? undefined : `${owned.process}.${id}`;
  }

  /** A client asks to join. */
  connected({ id }: Outlet): void {
    this.#open.add(id);
  }

  disconnected(outlet: Outlet): void {
    if (!this.#open.delete(outlet.id)) return;
    const token = this.connectionId(outlet);
    if (token !== undefined && this.#items.has(token)) this.afterGrace(() => this.release(token));
  }

  /**
   * What an item of this connection keeps.
   * @throws StreamError `invalid_input` for a connection that is not open, `unsupported` where items cannot belong to any
   */
  token(connection: string): string {
    this.check('owner');
    if (!this.#isOpen(connection))
      throw new StreamError('invalid_input', 'owner.connection_id: is no open connection');
    return connection;
  }

  /** @throws StreamError `unsupported` where items cannot belong to connections */
  check(field: string): void {
    const { owned, kind } = this.#store;
    if (owned === undefined)
      throw new StreamError('unsupported', `${field}: items of the store ${kind} belong to nobody`);
  }

  /** A token that is open until it is given back: of a client that is present. */
  enter(token: string): void {
    this.#present.add(token);
  }

  exit(token: string): void {
    this.#present.delete(token);
  }

  /** As `Store.commit`; an item that is given to somebody is remembered as theirs. */
  commit(at: ItemAddress, mutation: Mutation, trace: TraceContext | undefined): Eventual<Committed> {
    const token = mutation.life?.owner;
    if (token === undefined) return this.#store.commit(at, mutation, trace);
    const held = this.#hold(at, token);
    held.pending += 1;
    let committed: Eventual<Committed>;
    try {
      committed = this.#store.commit(at, mutation, trace);
    } catch (error) {
      this.#refused(held);
      throw error;
    }
    // One that fails may have happened all the same: it stays, and a removal is for this token only.
    return mapReady(committed, (result) => {
      const { change, receipt } = result;
      if (change === undefined && receipt !== undefined && receipt.outcome !== 'applied') this.#refused(held);
      else this.#given(held, change);
      return result;
    });
  }

  /** Any node changed an item: what is gone belongs to nobody. */
  changed({ kind, stream, group, item, seq, epoch }: Change): void {
    if (kind !== 'delete' || this.#holders.size === 0) return;
    for (const held of this.#holders.get(addressKey({ stream, group, item })) ?? []) {
      // It may be news of before the item was given.
      if (held.pending === 0 && held.epoch === epoch && held.seq < seq) this.#forget(held);
    }
  }

  [Symbol.dispose](): void {
    this.#timeouts[Symbol.dispose]();
  }

  #isOpen(connection: string): boolean {
    if (this.#present.has(connection)) return true;
    const prefix = `${this.#store.owned?.process}.`;
    return connection.startsWith(prefix) && this.#open.has(connection.slice(prefix.length));
  }

  /** It comes back, unless somebody made it anew. */
  #lost({ at, owner, value, ttlMs }: LostItem): void {
    if (!this.#isOpen(owner)) return;
    const guard = { condition: { kind: 'absent' } } as const;
    const failed = (): void => this.#timeouts.later(RETRY, () => this.#lost({ at, owner, value, ttlMs }));
    try {
      // Others look for it where it was removed from.
      this.#store.owned?.note(at);
      const committed = this.commit(at, { kind: 'set', value, life: { owner, ttlMs }, guard }, undefined);
      whenReady(committed, () => {}, failed);
    } catch {
      failed();
    }
  }

  #hold(at: ItemAddress, token: string): Held {
    const key = addressKey(at);
    let items = this.#items.get(token);
    const known = items?.get(key);
    if (known !== undefined) return known;
    const held: Held = { at, key, token, pending: 0, isGiven: false, seq: 0, epoch: '' };
    if (items === undefined) {
      items = new Map();
      this.#items.set(token, items);
    }
    items.set(key, held);
    const holders = this.#holders.get(key);
    if (holders !== undefined) holders.add(held);
    else {
      this.#holders.set(key, new Set([held]));
      this.#store.owned?.note(at);
    }
    return held;
  }

  #given(held: Held, change: Change | undefined): void {
    held.pending -= 1;
    held.isGiven = true;
    if (change === undefined) return;
    held.seq = change.seq;
    held.epoch = change.epoch;
  }

  #refused(held: Held): void {
    held.pending -= 1;
    if (held.pending === 0 && !held.isGiven) this.#forget(held);
  }

  #forget(held: Held): void {
    const { at, key, token } = held;
    const items = this.#items.get(token);
    items?.delete(key);
    if (items?.size === 0) this.#items.delete(token);
    const holders = this.#holders.get(key);
    holders?.delete(held);
    if (holders?.size !== 0) return;
    this.#holders.delete(key);
    this.#store.owned?.forget(at);
  }

  /** Removes what has this token. */
  release(token: string): void {
    for (const held of [...(this.#items.get(token)?.values() ?? [])]) this.#remove(held);
  }

  #remove(held: Held): void {
    const { at, token } = held;
    const guard = { condition: { kind: 'owner', owner: token } } as const;
    const failed = (): void => this.#again(token);
    try {
      const removal = this.#store.commit(at, { kind: 'delete', reason: 'owner_left', guard });
      whenReady(removal, () => this.#forget(held), failed);
    } catch {
      // The store takes no writes now, which its health says.
      failed();
    }
  }

  /** Calls `run` a grace after now. */
  afterGrace(run: () => void): void {
    this.#timeouts.later(this.#times.graceMs(), run);
  }

  /** Calls `run` when it is worth another try. */
  afterFailure(run: () => void): void {
    this.#timeouts.later(RETRY, run);
  }

  #again(token: string): void {
    if (this.#failed.size === 0) {
      this.#timeouts.later(RETRY, () => {
        const tokens = [...this.#failed];
        this.#failed.clear();
        for (const one of tokens) this.release(one);
      });
    }
    this.#failed.add(token);
  }
}
