import type { GroupAddress } from '../../domain/change.js';
import { hashedPart, tagOfSameSlot } from './slot.js';

// Layout: spec/redis-layout.md. The hash `stream:<stream>:<group>` and the channel are shared with deployed engines;
// everything else is ours.

const DATA_PREFIX = 'stream:';
const CHANNEL = 'stream::events';
const OWN_CHANNEL = 'iii-stream:events';

/** The stream in which each start probes what it may do; no node tells anybody of it. */
export const PROBE_STREAM = 'iii-stream-probe';

/** `:` ends the stream's name in a key, so it is escaped; `%` only where it would read as an escape. */
const encodeStream = (stream: string): string => stream.replace(/%(?=3A|25)/g, '%25').replaceAll(':', '%3A');
const decodeStream = (text: string): string =>
  text.replace(/%(3A|25)/g, (_, code) => (code === '3A' ? ':' : '%'));

/** What the index calls a group. */
export const memberOf = (at: GroupAddress): string => `${encodeStream(at.stream)}:${at.group}`;
/** The index's members of one stream begin with this, and no others do. */
export const memberPrefix = (stream: string): string => `${encodeStream(stream)}:`;

/** Reads an index member; undefined when it names no group. */
export function parseMember(member: string): GroupAddress | undefined {
  const colon = member.indexOf(':');
  if (colon < 1 || colon === member.length - 1) return undefined;
  return { stream: decodeStream(member.slice(0, colon)), group: member.slice(colon + 1) };
}

/**
 * Our own keys begin with a hash tag that puts them into the data key's slot. `}` cannot stand in a tag, so keys that
 * hold one are named in full behind the tag.
 */
function ownPrefix(key: string): string {
  if (!key.includes('}')) return `{${key}}:`;
  const part = hashedPart(key);
  return `{${part.includes('}') ? tagOfSameSlot(part) : part}}:${key}:`;
}

/** The keys of one process' items of connections. */
export interface ProcessKeys {
  /** Set of items that belong, or belonged, to its connections: `[member, item]` as JSON. */
  readonly owned: string;
  /** The same set, once the process is taken for dead. */
  readonly departed: string;
  /** Hash of subscriptions whose end somebody is to be told. */
  readonly joined: string;
  /** Hash of such items to `[value, owner, ttl in ms or 0]` as JSON: what was removed, in case it was only paused. */
  readonly lost: string;
}

/** The names of one store's keys and of its channel. Stores with other prefixes on the same Redis share none. */
export class KeySpace {
  /** Where every engine of the store publishes its socket messages. */
  readonly channel: string;
  /** False: the channel is neither written to nor listened to. */
  readonly sharesChannel: boolean;
  /** Where our nodes tell each other what nobody else reads. */
  readonly ownChannel: string;
  /** Sorted set of `<stream>:<group>` members, score 0: the groups that hold items. */
  readonly index: string;
  /** Present once the key space was searched for groups that others wrote. */
  readonly scanned: string;
  /** Sorted set of members by when the first of their items is due, in ms of Redis' clock. */
  readonly due: string;
  /** Sorted set of the processes that have items of connections, by when the lease of each ends, in ms of Redis' clock. */
  readonly nodes: string;
  /** Held, for as long as it lives, by the node that searches. */
  readonly searching: string;
  /** Hash: which store this is, and since when its history is whole. */
  readonly store: string;
  /** What the search for groups matches. */
  readonly pattern: string;
  readonly #data: string;
  readonly #owned: string;

  /**
   * @param keyPrefix before every key
   * @param channelPrefix before the channel's name. @default keyPrefix, and `db<n>:` in a database other than 0, because
   * Redis shares channels between databases
   * @param sharedChannel false: other engines are told nothing, and not listened to
   */
  constructor(
    keyPrefix = '',
    database = 0,
    channelPrefix = keyPrefix + (database > 0 ? `db${database}:` : ''),
    sharedChannel = true,
  ) {
    this.channel = channelPrefix + CHANNEL;
    this.sharesChannel = sharedChannel;
    this.ownChannel = channelPrefix + OWN_CHANNEL;
    this.index = `${keyPrefix}iii-stream:groups`;
    this.scanned = `${keyPrefix}iii-stream:scanned`;
    this.due = `${keyPrefix}iii-stream:due`;
    this.nodes = `${keyPrefix}iii-stream:nodes`;
    this.#owned = `${keyPrefix}iii-stream:owned:`;
    this.searching = `${keyPrefix}iii-stream:searching`;
    this.store = `${keyPrefix}iii-stream:store`;
    this.#data = keyPrefix + DATA_PREFIX;
    this.pattern = `${this.#data.replace(/[\\*?[\]]/g, '\\$&')}*`;
  }

  /** The key of a group's items: field = item id, value = JSON text. */
  data(member: string): string {
    return this.#data + member;
  }

  /** The keys of one group, in the order in which the scripts take them; all in one cluster slot. */
  group(member: string): readonly string[] {
    const data = this.data(member);
    const own = ownPrefix(data);
    return [data, `${own}head`, `${own}meta`, `${own}revs`, `${own}gone`, `${own}dead`, `${own}ttl`];
  }

  /** What a process left behind and keeps; all in one cluster slot. */
  ofProcess(process: string): ProcessKeys {
    const owned = `${this.#owned}{${process}}`;
    return { owned, departed: `${owned}:departed`, lost: `${owned}:lost`, joined: `${owned}:joined` };
  }

  /** The index member that a key of the shared layout belongs to; undefined for any other key. */
  memberOfKey(key: string): string | undefined {
    if (!key.startsWith(this.#data)) return undefined;
    const member = key.slice(this.#data.length);
    const at = parseMember(member);
    // A key that we would spell differently cannot be reached by its address.
    return at !== undefined && memberOf(at) === member ? member : undefined;
  }
}
