import type { JsonText } from '../../../generated/json-text.js';
import type { ItemAddress } from '../../domain/change.js';
import type { Committed, LostItem, OwnershipEvents } from '../port.js';
import type { Committer } from './committer.js';
import { memberOf, type ProcessKeys } from './keys.js';
import { addressOf, entryOf } from './owned-entry.js';
import type { RedisConnection } from './redis-connection.js';
import type { RedisSettings } from './redis-options.js';
import { readLifetime } from './replies.js';
import { DEPARTED_SCRIPT, ENDED_SCRIPT, LEASE_SCRIPT, TAKE_OVER_SCRIPT } from './scripts/lease.js';

/** Milliseconds that a process has for what it took over, before others may. Both removing the same does no harm. */
const TAKEN = 10_000;
/** Milliseconds that removed values are kept for a process that was only paused. */
const KEPT = 600_000;
/** Items removed at a time, about. */
const BATCH = 1_000;

/** Removes the items of processes whose lease ended. Any process does, one at a time; whatever it leaves undone another finds. */
export class Departed {
  readonly #connection: RedisConnection;
  readonly #settings: RedisSettings;
  readonly #committer: Committer;

  constructor(connection: RedisConnection, settings: RedisSettings, committer: Committer) {
    this.#connection = connection;
    this.#settings = settings;
    this.#committer = committer;
  }

  /**
   * @param own process, which is alive
   */
  async remove(events: OwnershipEvents, own: string): Promise<void> {
    const { nodes } = this.#settings.keys;
    const grace = String(events.graceMs());
    const ended = (await this.#connection.run(ENDED_SCRIPT, [nodes], [grace])) as string[];
    for (const member of ended) {
      if (member === own) continue;
      const taken = await this.#connection.run(TAKE_OVER_SCRIPT, [nodes], [member, grace, String(TAKEN)]);
      if (taken === 1) await this.#removeAll(member.replace(/^[!?]/, ''), events);
    }
  }

  async #removeAll(process: string, events: OwnershipEvents): Promise<void> {
    const keys = this.#settings.keys.ofProcess(process);
    const { owned, departed, lost } = keys;
    const now = await this.#now();
    const items = await this.#connection.run(DEPARTED_SCRIPT, [owned, departed], []);
    if (items !== 0)
      this.#settings.logger.info({ process, items }, 'removing the items of a process that is gone');
    for (;;) {
      const entries = await this.#connection.ask((client) => client.srandmember(departed, BATCH));
      if (entries.length === 0) break;
      await this.#remove(process, entries, keys, now);
      await this.#connection.ask((client) => client.srem(departed, ...entries));
    }
    await this.#connection.ask((client) => client.pexpire(lost, KEPT));
    // Of whom nobody is told here, another process may tell somebody, for a while.
    if (await this.#tellAll(keys, events)) {
      const { nodes } = this.#settings.keys;
      await this.#connection.run(LEASE_SCRIPT, [nodes], [`?${process}`, String(TAKEN), '1']);
    }
    await this.#connection.ask((client) => client.zrem(this.#settings.keys.nodes, `!${process}`));
  }

  /** True when some are left. */
  async #tellAll({ joined }: ProcessKeys, { tells, crashed }: OwnershipEvents): Promise<boolean> {
    const all = await this.#connection.ask((client) => client.hgetall(joined));
    let left = 0;
    for (const [id, text] of Object.entries(all)) {
      if (!tells(text as JsonText)) left += 1;
      // Only one process takes it away.
      else if ((await this.#connection.ask((client) => client.hdel(joined, id))) === 1)
        crashed(text as JsonText);
    }
    if (left > 0 && (await this.#connection.ask((client) => client.pttl(joined))) < 0)
      await this.#connection.ask((client) => client.pexpire(joined, KEPT));
    return left > 0;
  }

  /** Removes what still belongs to the process, of some of its entries. */
  async #remove(process: string, entries: readonly string[], keys: ProcessKeys, now: number): Promise<void> {
    const byGroup = new Map<string, ItemAddress[]>();
    for (const entry of entries) {
      const at = addressOf(entry);
      if (at === undefined) continue;
      const member = memberOf(at);
      const ofGroup = byGroup.get(member);
      if (ofGroup === undefined) byGroup.set(member, [at]);
      else ofGroup.push(at);
    }
    const removals = [...byGroup].map(([member, items]) => this.#removeOf(process, member, items, keys, now));
    await Promise.all(removals);
  }

  async #removeOf(
    process: string,
    member: string,
    items: readonly ItemAddress[],
    { lost }: ProcessKeys,
    now: number,
  ): Promise<void> {
    const [data = '', , meta = ''] = this.#settings.keys.group(member);
    const ids = items.map(({ item }) => item);
    const [values, metas] = await Promise.all([
      this.#connection.ask((client) => client.hmget(data, ...ids)),
      this.#connection.ask((client) => client.hmget(meta, ...ids)),
    ]);
    const own = items.flatMap((at, index): LostItem[] => {
      const { expiresAt, owner } = readLifetime(metas[index] ?? '');
      const value = values[index] as JsonText | null | undefined;
      if (typeof value !== 'string' || owner?.startsWith(`${process}.`) !== true) return [];
      const ttlMs = expiresAt === undefined ? undefined : Math.max(1, expiresAt - now);
      return [{ at, owner, value, ttlMs }];
    });
    // Before they are removed: what dies in between leaves no process without its items.
    await this.#keep(lost, own);
    const removals = await Promise.all(own.map(({ at }) => this.#delete(at, `${process}.`)));
    const newer = own.flatMap((item, index) => {
      const { old, change } = removals[index]!;
      return change !== undefined && old !== undefined && old !== item.value ? [{ ...item, value: old }] : [];
    });
    await this.#keep(lost, newer);
  }

  async #keep(lost: string, items: readonly LostItem[]): Promise<void> {
    if (items.length === 0) return;
    const fields = items.flatMap((item) => [entryOf(item.at), lostText(item)]);
    await this.#connection.ask((client) => client.hset(lost, ...fields));
  }

  /** ms, by Redis' clock. */
  async #now(): Promise<number> {
    const [seconds] = await this.#connection.ask((client) => client.time());
    return Number(seconds) * 1_000;
  }

  #delete(at: ItemAddress, owner: string): Promise<Committed> {
    const guard = { condition: { kind: 'owner', owner } } as const;
    const action = { kind: 'delete', reason: 'owner_left', guard } as const;
    return new Promise((done, failed) => {
      this.#committer.push(at, { item: at.item, action, trace: undefined, done, failed });
    });
  }
}

type Lost = Omit<LostItem, 'at'>;

const lostText = ({ owner, value, ttlMs }: Lost): string => `${owner} ${ttlMs ?? 0} ${value}`;

/** Reads what `lostText` made. */
export function readLost(text: string): Lost {
  const [, owner = '', ttl = '0', value = 'null'] = /^(\S+) (\d+) (.*)$/s.exec(text) ?? [];
  return { owner, value: value as JsonText, ttlMs: Number(ttl) || undefined };
}
