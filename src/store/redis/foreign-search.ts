import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { RedisConnection } from './redis-connection.js';
import type { RedisSettings } from './redis-options.js';

/** Keys that one step asks Redis to pass. */
const SCAN_COUNT = 1_000;
/** A step is followed by a pause of this many times its own length, so that Redis has most of its time for others. */
const PAUSE_FACTOR = 4;

/** Puts the groups that other engines wrote into the index: a search of the key space, on one node at a time. */
export class ForeignSearch {
  readonly #connection: RedisConnection;
  readonly #settings: RedisSettings;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  #complete = false;
  #closed = false;

  constructor(connection: RedisConnection, settings: RedisSettings) {
    this.#connection = connection;
    this.#settings = settings;
    this.#timer = setInterval(() => void this.run(), settings.scanIntervalMs).unref();
  }

  /** True once this database was searched as a whole, by whomever. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Learns whether this database was searched before. */
  async start(): Promise<void> {
    const { scanned } = this.#settings.keys;
    this.#complete = (await this.#connection.ask((client) => client.exists(scanned))) === 1;
    void this.run();
  }

  stop(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  /** Searches, unless that is being done; never rejects. */
  run(): Promise<void> {
    if (this.#connection.problem() !== undefined) return Promise.resolve();
    this.#running ??= this.#search()
      .catch((error: unknown) => {
        if (!this.#closed)
          this.#settings.logger.warn({ err: error }, 'the search for groups of other engines failed');
      })
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  async #search(): Promise<void> {
    const { keys, scanIntervalMs } = this.#settings;
    // A little less than the interval, so that the next turn finds the lease ended.
    const leaseMs = Math.max(1, Math.floor(scanIntervalMs * 0.9));
    const lease = await this.#connection.ask((client) =>
      client.set(keys.searching, '1', 'PX', leaseMs, 'NX'),
    );
    if (lease === null && this.#complete) return;
    for (const node of this.#connection.masters()) await this.#searchNode(node, leaseMs);
    if (this.#closed) return;
    await this.#connection.ask((client) => client.set(keys.scanned, '1'));
    this.#complete = true;
  }

  async #searchNode(node: Redis, leaseMs: number): Promise<void> {
    const { keys } = this.#settings;
    let cursor = '0';
    do {
      const started = performance.now();
      const [next, found] = await node.scan(
        cursor,
        'MATCH',
        keys.pattern,
        'COUNT',
        SCAN_COUNT,
        'TYPE',
        'hash',
      );
      cursor = next;
      const entries = found.flatMap((key) => {
        const member = keys.memberOfKey(key);
        return member === undefined ? [] : [0, member];
      });
      if (entries.length > 0) await this.#connection.ask((client) => client.zadd(keys.index, ...entries));
      if (!this.#complete || cursor === '0') continue;
      await this.#connection.ask((client) => client.pexpire(keys.searching, leaseMs));
      await pause(PAUSE_FACTOR * (performance.now() - started), undefined, { ref: false });
    } while (cursor !== '0' && !this.#closed);
  }
}
