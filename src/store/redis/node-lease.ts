import { randomBytes } from 'node:crypto';
import type { JsonText } from '../../../generated/json-text.js';
import type { ItemAddress } from '../../domain/change.js';
import { messageOf } from '../../domain/errors.js';
import type { Ownership, OwnershipEvents } from '../port.js';
import { type Departed, readLost } from './departed.js';
import type { ProcessKeys } from './keys.js';
import { addressOf, entryOf } from './owned-entry.js';
import type { RedisClient, RedisConnection } from './redis-connection.js';
import type { RedisSettings } from './redis-options.js';
import { LEASE_SCRIPT } from './scripts/lease.js';

/** Milliseconds that a lease lasts before `begin`. */
const LEASE = 9_000;
/** Looks at whose lease ended, in the time of a lease. */
const LOOKS = 40;
/** Renewals in that time: the only write that items of connections cost while nobody changes them. */
const RENEWALS = 3;

/**
 * This process' lease, and the items of its connections as others find them, should it die. A process without such items has
 * no lease. Everyone looks for leases that ended.
 */
export class NodeLease implements Ownership {
  readonly process = randomBytes(9).toString('base64url');
  readonly #connection: RedisConnection;
  readonly #settings: RedisSettings;
  readonly #departed: Departed;
  readonly #keys: ProcessKeys;
  #events: OwnershipEvents | undefined;
  #isHeld = false;
  #renewedAt = 0;
  /** Items whose entry could not be made. */
  readonly #unsent = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  #stopped = false;
  #hasFailed = false;
  #mayBeLost = false;

  constructor(connection: RedisConnection, settings: RedisSettings, departed: Departed) {
    this.#connection = connection;
    this.#settings = settings;
    this.#departed = departed;
    this.#keys = settings.keys.ofProcess(this.process);
  }

  begin(events: OwnershipEvents): void {
    this.#events = events;
    // Apart: what others left behind may take longer than a lease.
    this.#repeat(() => this.#keep());
    this.#repeat(() => this.#departed.remove(events, this.process));
  }

  get #leaseMs(): number {
    return this.#events?.leaseMs() ?? LEASE;
  }

  note(at: ItemAddress): void {
    this.#hold();
    this.#add(entryOf(at));
  }

  forget(at: ItemAddress): void {
    const entry = entryOf(at);
    this.#unsent.delete(entry);
    // A leftover is harmless: nobody finds an item of ours there.
    this.#ask((client) => client.srem(this.#keys.owned, entry)).catch(() => {});
  }

  joined(id: string, joined: JsonText): void {
    this.#hold();
    // Without it only a crash is not told.
    this.#ask((client) => client.hset(this.#keys.joined, id, joined)).catch(() => {});
  }

  left(id: string): void {
    this.#ask((client) => client.hdel(this.#keys.joined, id)).catch(() => {});
  }

  /** The grace of its items begins now. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#running);
    // Without a connection the lease ends by itself.
    if (this.#isHeld) await this.#lease(0, false).catch(() => {});
  }

  #hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#renewedAt = performance.now();
    // One that fails is made up for by the next renewal, as one that was lost.
    this.#lease(this.#leaseMs, true).catch(() => {});
  }

  /** Again and again, with a pause that varies by a fifth: nodes should not all look at once. */
  #repeat(look: () => Promise<void>): void {
    if (this.#stopped) return;
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        const running = this.#watched(look).finally(() => {
          this.#running.delete(running);
          this.#repeat(look);
        });
        this.#running.add(running);
      },
      (this.#leaseMs / LOOKS) * (0.8 + 0.4 * Math.random()),
    ).unref();
    this.#timers.add(timer);
  }

  async #watched(look: () => Promise<void>): Promise<void> {
    if (this.#connection.problem() !== undefined) return;
    try {
      await look();
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed && !this.#stopped)
        this.#settings.logger.warn({ reason: messageOf(error) }, 'items of connections stay for now');
      this.#hasFailed = true;
    }
  }

  async #keep(): Promise<void> {
    if (this.#isHeld && performance.now() - this.#renewedAt >= this.#leaseMs / RENEWALS) await this.#renew();
    if (this.#mayBeLost) await this.#takeBack();
  }

  async #renew(): Promise<void> {
    const startedAt = performance.now();
    const isThere = await this.#lease(this.#leaseMs, false);
    if (!isThere) {
      await this.#lease(this.#leaseMs, true);
      this.#mayBeLost = true;
    }
    this.#renewedAt = startedAt;
    for (const entry of [...this.#unsent]) this.#add(entry);
  }

  /** Once whoever took us for dead is done, what was removed of ours comes back. */
  async #takeBack(): Promise<void> {
    const { nodes } = this.#settings.keys;
    if ((await this.#ask((client) => client.zscore(nodes, `!${this.process}`))) !== null) return;
    const { lost } = this.#keys;
    const items = await this.#ask((client) => client.hgetall(lost));
    this.#mayBeLost = false;
    const entries = Object.entries(items);
    if (entries.length === 0) return;
    this.#settings.logger.warn(
      { items: entries.length },
      'this process was taken for dead; its connections get back the items that were removed',
    );
    for (const [entry, text] of entries) {
      const at = addressOf(entry);
      if (at !== undefined) this.#events!.lost({ at, ...readLost(text) });
    }
    await this.#ask((client) => client.del(lost));
  }

  async #lease(ms: number, begins: boolean): Promise<boolean> {
    const args = [this.process, String(ms), begins ? '1' : '0'];
    return (await this.#connection.run(LEASE_SCRIPT, [this.#settings.keys.nodes], args)) === 1;
  }

  #add(entry: string): void {
    this.#ask((client) => client.sadd(this.#keys.owned, entry)).then(
      () => void this.#unsent.delete(entry),
      () => void this.#unsent.add(entry),
    );
  }

  #ask<T>(send: (client: RedisClient) => Promise<T>): Promise<T> {
    return this.#connection.ask(send);
  }
}
