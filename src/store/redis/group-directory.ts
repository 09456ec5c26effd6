import { setImmediate as nextTick } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { StreamError } from '../../domain/errors.js';
import type { StreamListing } from '../port.js';
import {
  DATA_PATTERN,
  dataKey,
  INDEX_KEY,
  memberOfKey,
  memberPrefix,
  parseMember,
  SCANNED_KEY,
} from './keys.js';
import type { RedisConnection } from './redis-connection.js';
import type { RedisLogger } from './redis-options.js';

/** Groups looked at in one go. */
const CHUNK = 1_000;
/** Keys that one step of the search asks Redis to pass. */
const SCAN_COUNT = 1_000;
/** Groups of other engines that are remembered as indexed. */
const MAX_REMEMBERED = 10_000;

/**
 * Which groups exist: a sorted set that commits maintain, so that a listing costs what it lists.
 *
 * Invariant: whoever gives a group its first item adds the entry with it or after it; whoever removes an entry looks
 * at the group afterwards and adds it again when it has items. So no interleaving loses an entry. Groups that other
 * engines wrote are found by a search in the background and by their events.
 */
export class GroupDirectory {
  readonly #connection: RedisConnection;
  readonly #logger: RedisLogger;
  readonly #remembered = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  readonly #waitMs: number;
  #searching: Promise<void> | undefined;
  #complete = false;
  #closed = false;

  /** @param waitMs that a listing waits for the very first search of a database */
  constructor(connection: RedisConnection, logger: RedisLogger, scanIntervalMs: number, waitMs: number) {
    this.#connection = connection;
    this.#logger = logger;
    this.#waitMs = waitMs;
    this.#timer = setInterval(() => this.search(), scanIntervalMs).unref();
  }

  /** Learns whether this database was searched before, and searches it in the background. */
  async start(): Promise<void> {
    this.#complete = (await this.#connection.ask((client) => client.exists(SCANNED_KEY))) === 1;
    this.search();
  }

  stop(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  /** Adds a group's entry. */
  async add(member: string): Promise<void> {
    await this.#connection.ask((client) => client.zadd(INDEX_KEY, 0, member));
  }

  /** Removes the entry of a group that was seen empty, unless it has items again. */
  async drop(member: string): Promise<void> {
    await this.#connection.ask((client) => client.zrem(INDEX_KEY, member));
    this.#remembered.delete(member);
    if ((await this.#connection.ask((client) => client.exists(dataKey(member)))) === 1)
      await this.add(member);
  }

  /** Another engine wrote to a group. */
  noteForeign(member: string): void {
    if (this.#remembered.has(member)) return;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.add(member);
    this.add(member).catch((error: unknown) => {
      this.#remembered.delete(member);
      this.#logger.warn(
        { err: error },
        'could not index a group that another engine wrote; the next search finds it',
      );
    });
  }

  async listGroups(stream: string): Promise<readonly string[]> {
    const prefix = memberPrefix(stream);
    // `;` follows `:`, which ends the prefix.
    const members = await this.#existing(`[${prefix}`, `(${prefix.slice(0, -1)};`);
    return members.map((member) => member.slice(prefix.length)).sort();
  }

  async listAll(): Promise<readonly StreamListing[]> {
    const streams = new Map<string, string[]>();
    for (const member of await this.#existing('-', '+')) {
      const at = parseMember(member);
      if (at === undefined) continue;
      const groups = streams.get(at.stream);
      if (groups === undefined) streams.set(at.stream, [at.group]);
      else groups.push(at.group);
    }
    return [...streams]
      .map(([id, groups]) => ({ id, groups: groups.sort() }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Looks through the key space for groups that the index lacks, unless it is being done. */
  search(): void {
    this.#searching ??= this.#search()
      .catch((error: unknown) => {
        if (!this.#closed) this.#logger.warn({ err: error }, 'the search for groups of other engines failed');
      })
      .finally(() => {
        this.#searching = undefined;
      });
  }

  async #search(): Promise<void> {
    for (const node of this.#connection.masters()) await this.#searchNode(node);
    if (this.#closed) return;
    await this.#connection.ask((client) => client.set(SCANNED_KEY, '1'));
    this.#complete = true;
  }

  async #searchNode(node: Redis): Promise<void> {
    let cursor = '0';
    do {
      const [next, keys] = await node.scan(
        cursor,
        'MATCH',
        DATA_PATTERN,
        'COUNT',
        SCAN_COUNT,
        'TYPE',
        'hash',
      );
      cursor = next;
      const entries = keys.flatMap((key) => {
        const member = memberOfKey(key);
        return member === undefined ? [] : [0, member];
      });
      if (entries.length > 0) await this.#connection.ask((client) => client.zadd(INDEX_KEY, ...entries));
    } while (cursor !== '0' && !this.#closed);
  }

  /** The groups of a range of the index that have items. Entries of groups that others emptied are dropped. */
  async #existing(from: string, to: string): Promise<string[]> {
    await this.#firstSearch();
    const found: string[] = [];
    let start = from;
    for (;;) {
      const range = start;
      const members = await this.#connection.ask((client) =>
        client.zrangebylex(INDEX_KEY, range, to, 'LIMIT', 0, CHUNK),
      );
      const exists = await Promise.all(
        members.map((member) => this.#connection.ask((client) => client.exists(dataKey(member)))),
      );
      const stale: string[] = [];
      for (const [index, member] of members.entries()) (exists[index] === 1 ? found : stale).push(member);
      await Promise.all(stale.map((member) => this.drop(member)));
      if (members.length < CHUNK) return found;
      start = `(${members.at(-1)}`;
      await nextTick();
    }
  }

  /** Nobody knows what a database holds before it was searched once. */
  async #firstSearch(): Promise<void> {
    if (this.#complete) return;
    this.search();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#waitMs);
    });
    await Promise.race([this.#searching, late]);
    clearTimeout(timer);
    if (!this.#complete)
      throw new StreamError('unavailable', 'Redis is still searched for existing groups; try again');
  }
}
