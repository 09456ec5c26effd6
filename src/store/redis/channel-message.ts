import { STREAM_EVENT } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import { encodeStreamEvent, encodeStreamMessage } from '../../../generated/messages/socket.js';
import type { ChangeKind, GroupAddress } from '../../domain/change.js';
import type { RemovalReason } from '../../domain/lifetime.js';
import { customEvent } from '../../domain/message.js';

// The channel's messages are the socket's, which the script completes: it alone knows timestamp, kind, seq and epoch.
// What stands between those values is what the generated encoder puts there.

const quote = JSON.stringify as (text: string) => string;

/** Stands for a value: a text that no fixed part holds. */
const GAP = '~' as never;

/** What the encoder writes between the values of a change's message, in their order. */
function fixedParts(kind: ChangeKind, more?: true, reason?: RemovalReason) {
  const text = encodeStreamMessage({
    timestamp: GAP,
    streamName: GAP,
    groupId: GAP,
    id: GAP,
    event: { type: kind, data: GAP, reason },
    created: undefined,
    seq: GAP,
    epoch: GAP,
    more,
  });
  const [open = '', stream = '', group = '', id = '', event = '', seq = '', epoch = '', close = ''] =
    text.split(/"?~"?/);
  return { open, stream, group, id, event, seq, epoch, close };
}

const CREATE = fixedParts(STREAM_EVENT.create);
const EVENT = CREATE.event.slice(0, CREATE.event.indexOf('{'));
/** The end of the event, which the script writes with the value. */
const EVENT_END = CREATE.seq.slice(0, CREATE.seq.indexOf(','));

/** The reason of a delete, between its value and the end of the event. */
function reasonPart(reason: RemovalReason): string {
  const { seq } = fixedParts(STREAM_EVENT.delete, undefined, reason);
  return seq.slice(0, seq.length - CREATE.seq.length);
}

/** What a message consists of between the values that the script fills in. */
export const PARTS = {
  open: CREATE.open,
  create: CREATE.event,
  update: fixedParts(STREAM_EVENT.update).event,
  delete: fixedParts(STREAM_EVENT.delete).event,
  event: EVENT,
  /** Behind the value of an item whose time is up. */
  expired: reasonPart('expired'),
  /** Behind that of one whose owner is gone. */
  ownerLeft: reasonPart('owner_left'),
  seq: CREATE.seq.slice(EVENT_END.length),
  epoch: `${CREATE.epoch}"`,
  close: `"${CREATE.close}`,
  more: `"${fixedParts(STREAM_EVENT.create, true).close}`,
} as const;

/** The part that names a group, up to the item's id. */
export const addressPart = (at: GroupAddress): string =>
  CREATE.stream + quote(at.stream) + CREATE.group + quote(at.group) + CREATE.id;

/** An item's id, or null, as the message spells it. */
export const idPart = (item: string | undefined): string => (item === undefined ? 'null' : quote(item));

/** The `event` of a custom event's message. */
export const eventBody = (type: string, data: JsonText): JsonText =>
  encodeStreamEvent(customEvent({ type, data }));

/** The `event` of the message of a change that nobody sequences. */
export const changeBody = (kind: ChangeKind, value: JsonText): JsonText =>
  encodeStreamEvent({ type: kind, data: value, reason: undefined });

/** A message that one of our nodes sequenced. */
export interface SequencedMessage extends GroupAddress {
  readonly item: string;
  readonly kind: ChangeKind;
  readonly timestamp: number;
  readonly value: JsonText;
  readonly seq: number;
  readonly epoch: string;
  readonly more?: true;
  readonly reason?: RemovalReason;
}

const literally = (text: string): string => text.replace(/[{}]/g, '\\$&');
const TEXT = '("(?:[^"\\\\]|\\\\.)*")';
const EVENTS = [PARTS.create, PARTS.update, PARTS.delete];
const HEAD = new RegExp(
  `${literally(CREATE.open)}(\\d+)${CREATE.stream}${TEXT}${CREATE.group}${TEXT}${CREATE.id}${TEXT}(${EVENTS.map(literally).join('|')})`,
  'y',
);
const KINDS = new Map<string | undefined, ChangeKind>([
  [PARTS.create, STREAM_EVENT.create],
  [PARTS.update, STREAM_EVENT.update],
  [PARTS.delete, STREAM_EVENT.delete],
]);
const TAIL = new RegExp(
  `${literally(CREATE.seq)}(\\d+)${PARTS.epoch}([0-9a-zA-Z-]+)(${literally(PARTS.close)}|${literally(PARTS.more)})$`,
);
/** Longest text that `TAIL` matches, in characters. */
const TAIL_LENGTH = 128;

/** No JSON text ends like these. */
const REASONS = [
  { name: 'expired', part: PARTS.expired },
  { name: 'owner_left', part: PARTS.ownerLeft },
] as const;
const reasonOf = (text: string) => REASONS.find(({ part }) => text.endsWith(part));

const unquote = (text: string): string =>
  text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);

/** Reads a message in the exact layout that our script publishes, without parsing its value; else undefined. */
export function parseSequenced(message: string): SequencedMessage | undefined {
  HEAD.lastIndex = 0;
  const head = HEAD.exec(message);
  if (head === null) return undefined;
  const tail = TAIL.exec(message.slice(-TAIL_LENGTH));
  if (tail === null) return undefined;
  const text = message.slice(HEAD.lastIndex, message.length - tail[0].length);
  if (text === '') return undefined;
  const kind = KINDS.get(head[5])!;
  const reason = kind === STREAM_EVENT.delete ? reasonOf(text) : undefined;
  const value = (reason === undefined ? text : text.slice(0, -reason.part.length)) as JsonText;
  return {
    stream: unquote(head[2]!),
    group: unquote(head[3]!),
    item: unquote(head[4]!),
    kind,
    timestamp: Number(head[1]),
    value,
    seq: Number(tail[1]),
    epoch: tail[2]!,
    ...(tail[3] === PARTS.more ? { more: true } : {}),
    ...(reason === undefined ? {} : { reason: reason.name }),
  };
}
