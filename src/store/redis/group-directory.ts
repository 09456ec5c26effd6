import { setImmediate as nextTurn } from 'node:timers/promises';
import { StreamError } from '../../domain/errors.js';
import type { StreamListing } from '../port.js';
import { ForeignSearch } from './foreign-search.js';
import { memberPrefix, parseMember } from './keys.js';
import type { RedisConnection } from './redis-connection.js';
import type { RedisSettings } from './redis-options.js';

/** Groups looked at in one go. */
const CHUNK = 1_000;
/** Groups of other engines that are remembered as indexed. */
const MAX_REMEMBERED = 10_000;
/** Milliseconds until a group of another engine is indexed again: another node may have dropped it as empty. */
const REMEMBERED_MS = 1_000;

/**
 * Which groups exist: a sorted set that commits maintain, so that a listing costs what it lists.
 *
 * Invariant: whoever gives a group its first item adds the entry with it or after it; whoever removes an entry looks
 * at the group afterwards and adds it again when it has items. So no interleaving loses an entry. Groups that other
 * engines wrote are found by a search in the background and by their events.
 */
export class GroupDirectory {
  readonly #connection: RedisConnection;
  readonly #settings: RedisSettings;
  readonly #search: ForeignSearch;
  readonly #remembered = new Map<string, number>();

  constructor(connection: RedisConnection, settings: RedisSettings) {
    this.#connection = connection;
    this.#settings = settings;
    this.#search = new ForeignSearch(connection, settings);
  }

  /** Learns whether this database was searched before, and searches it in the background. */
  start(): Promise<void> {
    return this.#search.start();
  }

  stop(): void {
    this.#search.stop();
  }

  /** Adds a group's entry. */
  async add(member: string): Promise<void> {
    await this.#connection.ask((client) => client.zadd(this.#settings.keys.index, 0, member));
  }

  /** Removes the entry of a group that was seen empty, unless it has items again. */
  async drop(member: string): Promise<void> {
    await this.#connection.ask((client) => client.zrem(this.#settings.keys.index, member));
    this.#remembered.delete(member);
    if ((await this.#connection.ask((client) => client.exists(this.#settings.keys.data(member)))) === 1)
      await this.add(member);
  }

  /** A group holds what another engine wrote. */
  noteForeign(member: string): void {
    const now = performance.now();
    if (now - (this.#remembered.get(member) ?? Number.NEGATIVE_INFINITY) < REMEMBERED_MS) return;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(member, now);
    this.add(member).catch((error: unknown) => {
      this.#remembered.delete(member);
      this.#settings.logger.warn(
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

  /** The groups of a range of the index that have items. Entries of groups that others emptied are dropped. */
  async #existing(from: string, to: string): Promise<string[]> {
    await this.#firstSearch();
    const found: string[] = [];
    let start = from;
    for (;;) {
      const range = start;
      const members = await this.#connection.ask((client) =>
        client.zrangebylex(this.#settings.keys.index, range, to, 'LIMIT', 0, CHUNK),
      );
      const exists = await Promise.all(
        members.map((member) =>
          this.#connection.ask((client) => client.exists(this.#settings.keys.data(member))),
        ),
      );
      const stale: string[] = [];
      for (const [index, member] of members.entries()) (exists[index] === 1 ? found : stale).push(member);
      await Promise.all(stale.map((member) => this.drop(member)));
      if (members.length < CHUNK) return found;
      start = `(${members.at(-1)}`;
      await nextTurn();
    }
  }

  /** Nobody knows what a database holds before it was searched once. */
  async #firstSearch(): Promise<void> {
    if (this.#search.complete) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#settings.commandTimeoutMs);
    });
    await Promise.race([this.#search.run(), late]);
    clearTimeout(timer);
    if (!this.#search.complete)
      throw new StreamError('unavailable', 'Redis is still searched for existing groups; try again');
  }
}
