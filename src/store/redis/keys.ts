import type { GroupAddress } from '../../domain/change.js';
import { hashedPart, tagOfSameSlot } from './slot.js';

// Layout: spec/redis-layout.md. The hash `stream:<stream>:<group>` and the channel are shared with deployed
// engines; everything else is ours.

/** The channel that every engine publishes its socket messages on. */
export const CHANNEL = 'stream::events';
/** Sorted set of `<stream>:<group>` members, score 0: the groups that hold items. */
export const INDEX_KEY = 'iii-stream:groups';
/** Present once the key space was searched for groups that others wrote. */
export const SCANNED_KEY = 'iii-stream:scanned';
/** What the search for groups matches. */
export const DATA_PATTERN = 'stream:*';

const DATA_PREFIX = 'stream:';

/** `:` ends the stream's name in a key, so it is escaped; `%` only where it would read as an escape. */
const encodeStream = (stream: string): string => stream.replace(/%(?=3A|25)/g, '%25').replaceAll(':', '%3A');
const decodeStream = (text: string): string =>
  text.replace(/%(3A|25)/g, (_, code) => (code === '3A' ? ':' : '%'));

/** What the index calls a group. */
export const memberOf = (at: GroupAddress): string => `${encodeStream(at.stream)}:${at.group}`;
/** The index's members of one stream begin with this, and no others do. */
export const memberPrefix = (stream: string): string => `${encodeStream(stream)}:`;
/** The key of a group's items: field = item id, value = JSON text. */
export const dataKey = (member: string): string => DATA_PREFIX + member;

/** Reads an index member; undefined when it names no group. */
export function parseMember(member: string): GroupAddress | undefined {
  const colon = member.indexOf(':');
  if (colon < 1 || colon === member.length - 1) return undefined;
  return { stream: decodeStream(member.slice(0, colon)), group: member.slice(colon + 1) };
}

/** The index member that a key of the shared layout belongs to; undefined for any other key. */
export function memberOfKey(key: string): string | undefined {
  if (!key.startsWith(DATA_PREFIX)) return undefined;
  const member = key.slice(DATA_PREFIX.length);
  const at = parseMember(member);
  // A key that we would spell differently cannot be reached by its address.
  return at !== undefined && memberOf(at) === member ? member : undefined;
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

/** The keys of one group, in the order in which the scripts take them; all in one cluster slot. */
export function groupKeys(member: string): readonly string[] {
  const data = dataKey(member);
  const own = ownPrefix(data);
  return [data, `${own}head`, `${own}meta`, `${own}revs`, `${own}gone`, `${own}dead`];
}
