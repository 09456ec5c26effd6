import type { JsonText } from '../../../generated/json-text.js';
import type { Cursor, GroupAddress, ItemAddress, Since, Snapshot } from '../../domain/change.js';
import type { ItemAt, Lives } from '../port.js';
import type { Audit } from './audit.js';
import type { ChannelFeed } from './channel-feed.js';
import type { Committer } from './committer.js';
import type { GroupClock } from './group-clock.js';
import type { GroupDirectory } from './group-directory.js';
import { memberOf } from './keys.js';
import { LONG, type LongGroup, readLongGroup } from './long-group.js';
import type { RedisConnection } from './redis-connection.js';
import type { RedisSettings } from './redis-options.js';
import {
  arrange,
  type ChangesReply,
  type ItemReply,
  type ListReply,
  type PieceReply,
  readChanges,
  readItem,
  readLifetime,
  readList,
  readReason,
  readSnapshot,
  type SnapshotReply,
  type TooLong,
} from './replies.js';
import { CHANGES_SCRIPT, ITEM_SCRIPT, LIST_SCRIPT, PIECE_SCRIPT, SNAPSHOT_SCRIPT } from './scripts/read.js';
import type { StoreGeneration } from './store-generation.js';

/** What reading a group has to do with: what is asked first, and who learns from the reply. */
export interface ReaderParts {
  readonly connection: RedisConnection;
  readonly settings: RedisSettings;
  readonly clock: GroupClock;
  readonly generation: StoreGeneration;
  readonly directory: GroupDirectory;
  readonly committer: Committer;
  readonly audit: Audit;
  readonly feed: ChannelFeed;
}

/** Reads groups: their current items behind the writes that were asked before, and their committed history. */
export class RedisGroupReader {
  readonly #connection: RedisConnection;
  readonly #settings: RedisSettings;
  readonly #clock: GroupClock;
  readonly #generation: StoreGeneration;
  readonly #directory: GroupDirectory;
  readonly #committer: Committer;
  readonly #audit: Audit;
  readonly #feed: ChannelFeed;

  constructor(parts: ReaderParts) {
    this.#connection = parts.connection;
    this.#settings = parts.settings;
    this.#clock = parts.clock;
    this.#generation = parts.generation;
    this.#directory = parts.directory;
    this.#committer = parts.committer;
    this.#audit = parts.audit;
    this.#feed = parts.feed;
  }

  async item(address: ItemAddress): Promise<ItemAt | undefined> {
    const member = memberOf(address);
    await this.#committer.settled(member);
    const keys = this.#settings.keys.group(member);
    const reply = await this.#connection.run(ITEM_SCRIPT, keys, [address.item]);
    return readItem(address.item, reply as ItemReply);
  }

  async get(address: ItemAddress): Promise<JsonText | undefined> {
    const member = memberOf(address);
    await this.#committer.settled(member);
    const value = await this.#connection.ask((client) =>
      client.hget(this.#settings.keys.data(member), address.item),
    );
    return (value ?? undefined) as JsonText | undefined;
  }

  async list(group: GroupAddress): Promise<readonly JsonText[]> {
    const member = memberOf(group);
    await this.#committer.settled(member);
    const keys = this.#settings.keys.group(member);
    const reply = (await this.#connection.run(LIST_SCRIPT, keys, [String(LONG)])) as ListReply | TooLong;
    if (reply.length === 0) return (await this.snapshot(group)).items.map(({ value }) => value);
    if (reply[0].length > 0 && reply[1].length === 0) this.#directory.noteForeign(member);
    return readList(reply);
  }

  async snapshot(group: GroupAddress): Promise<Snapshot> {
    const member = memberOf(group);
    const handedOut = this.#feed.handedOut(member);
    const { head, items } = await this.#whole(member, await this.#snapshot(member, LONG));
    const snapshot = readSnapshot(head, items, handedOut);
    if (snapshot.seq === 0 && snapshot.items.length > 0) this.#directory.noteForeign(member);
    this.#noteReply(member, snapshot, snapshot.timestamp);
    return snapshot;
  }

  async lives(group: GroupAddress): Promise<Lives> {
    const [, , meta = ''] = this.#settings.keys.group(memberOf(group));
    const metas = await this.#connection.ask((client) => client.hgetall(meta));
    const lives = Object.entries(metas).map(([id, text]) => [id, readLifetime(text)] as const);
    return new Map(lives.filter(([, { expiresAt, owner }]) => (expiresAt ?? owner) !== undefined));
  }

  async changesSince(group: GroupAddress, cursor: Cursor): Promise<Since> {
    const member = memberOf(group);
    const handedOut = this.#feed.handedOut(member);
    const reply = await this.#changes(member, cursor.epoch, String(cursor.seq));
    let since: Since;
    if (reply[0] === 'changes') since = readChanges(group, reply, cursor, handedOut);
    else {
      const [, ...whole] = reply;
      const reason = readReason(whole[0], cursor, handedOut);
      const { head, items } = await this.#whole(member, whole);
      since = { kind: 'reset', reason, snapshot: readSnapshot(head, items, handedOut) };
    }
    const position = since.kind === 'changes' ? since : since.snapshot;
    this.#noteReply(member, position, position.timestamp);
    return since;
  }

  /** The items that a reply has, or stands for. */
  async #whole(member: string, [head, ...list]: SnapshotReply): Promise<LongGroup> {
    if (list.length > 0) return { head, items: arrange(list as ListReply) };
    const keys = this.#settings.keys.group(member);
    return readLongGroup(head, {
      piece: async (cursor, count) =>
        (await this.#connection.run(PIECE_SCRIPT, keys, [cursor, String(count)])) as PieceReply,
      changes: (epoch, seq) => this.#changes(member, epoch, seq),
      whole: () => this.#snapshot(member, Number.MAX_SAFE_INTEGER),
    });
  }

  async #snapshot(member: string, most: number): Promise<SnapshotReply> {
    const args = [...this.#candidates(member), String(most)];
    const reply = await this.#connection.run(SNAPSHOT_SCRIPT, this.#settings.keys.group(member), args);
    return reply as SnapshotReply;
  }

  async #changes(member: string, epoch: string, seq: string): Promise<ChangesReply> {
    const args = [...this.#candidates(member), String(LONG), epoch, seq];
    const reply = await this.#connection.run(CHANGES_SCRIPT, this.#settings.keys.group(member), args);
    return reply as ChangesReply;
  }

  #candidates(member: string): string[] {
    return [String(this.#clock.propose(member)), this.#generation.newEpoch(), this.#generation.prefix];
  }

  #noteReply(member: string, position: Cursor, timestamp: number): void {
    this.#clock.saw(member, timestamp);
    this.#audit.saw(member, position.epoch, position.seq);
  }
}
