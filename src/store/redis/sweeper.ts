import { messageOf } from '../../domain/errors.js';
import type { Committed } from '../port.js';
import type { Committer } from './committer.js';
import { parseMember } from './keys.js';
import type { RedisConnection } from './redis-connection.js';
import type { RedisSettings } from './redis-options.js';
import { DUE_GROUPS_SCRIPT, DUE_ITEMS_SCRIPT, MOST_DUE } from './scripts/lifetime.js';

/** Milliseconds between two looks, give or take a fifth: nodes should not all look at once. */
const INTERVAL = 200;

/**
 * Removes items whose time is up, by Redis' clock. Every node does; the commit script removes an item only while its time is
 * up, so that what one node did the others find done.
 */
export class Sweeper {
  readonly #connection: RedisConnection;
  readonly #settings: RedisSettings;
  readonly #committer: Committer;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;
  #hasFailed = false;

  constructor(connection: RedisConnection, settings: RedisSettings, committer: Committer) {
    this.#connection = connection;
    this.#settings = settings;
    this.#committer = committer;
  }

  start(): void {
    if (this.#stopped) return;
    const sleep = INTERVAL * (0.8 + 0.4 * Math.random());
    this.#timer = setTimeout(() => {
      this.#running = this.#sweep().finally(() => this.start());
    }, sleep).unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #sweep(): Promise<void> {
    if (this.#connection.problem() !== undefined) return;
    try {
      const { keys } = this.#settings;
      const members = (await this.#connection.run(DUE_GROUPS_SCRIPT, [keys.due], [])) as string[];
      await Promise.all(members.map((member) => this.#sweepGroup(member)));
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed && !this.#stopped)
        this.#settings.logger.warn({ reason: messageOf(error) }, 'items whose time is up stay for now');
      this.#hasFailed = true;
    }
  }

  async #sweepGroup(member: string): Promise<void> {
    for (;;) {
      const keys = this.#settings.keys.group(member);
      const reply = (await this.#connection.run(DUE_ITEMS_SCRIPT, keys, [])) as [string, string[]];
      const [first, items] = reply;
      if (items.length === 0) {
        await this.#committer.noteDue(member, first);
        // What was written since the look must not be lost with the entry.
        const [now] = (await this.#connection.run(DUE_ITEMS_SCRIPT, keys, [])) as [string, string[]];
        if (now !== first) await this.#committer.noteDue(member, now);
        return;
      }
      await Promise.all(items.map((item) => this.#remove(member, item)));
      if (items.length < MOST_DUE || this.#stopped) return;
    }
  }

  #remove(member: string, item: string): Promise<Committed | undefined> {
    const at = parseMember(member);
    if (at === undefined) return Promise.resolve(undefined);
    return new Promise((done, failed) => {
      const action = { kind: 'delete', reason: 'expired' } as const;
      this.#committer.push(at, { item, action, trace: undefined, done, failed });
    });
  }
}
