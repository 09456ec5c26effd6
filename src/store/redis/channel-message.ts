import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import type { ChangeKind, GroupAddress } from '../../domain/change.js';

// The channel's messages are the socket messages of `domain/message.ts`, which the script completes: it alone knows
// timestamp, kind, seq and epoch. A test compares what the script publishes with `renderChange`.

const quote = JSON.stringify as (text: string) => string;

/** What a message consists of between the values that the script fills in. */
export const PARTS = {
  open: `{"type":"${SOCKET_MESSAGE.stream}","timestamp":`,
  create: `,"event":{"type":"${STREAM_EVENT.create}","data":`,
  update: `,"event":{"type":"${STREAM_EVENT.update}","data":`,
  delete: `,"event":{"type":"${STREAM_EVENT.delete}","data":`,
  event: ',"event":',
  seq: ',"seq":',
  epoch: ',"epoch":"',
  close: '"}',
} as const;

/** The part that names a group, up to the item's id. */
export const addressPart = (at: GroupAddress): string =>
  `,"streamName":${quote(at.stream)},"groupId":${quote(at.group)},"id":`;

/** An item's id, or null, as the message spells it. */
export const idPart = (item: string | undefined): string => (item === undefined ? 'null' : quote(item));

/** The `event` of a custom event's message. */
export const eventBody = (type: string, data: JsonText): JsonText =>
  `{"type":"${STREAM_EVENT.event}","event":{"type":${quote(type)},"data":${data}}}` as JsonText;

/** The `event` of the message of a change that nobody sequences. */
export const changeBody = (kind: ChangeKind, value: JsonText): JsonText =>
  `{"type":"${kind}","data":${value}}` as JsonText;

/** A message that one of our nodes sequenced. */
export interface SequencedMessage extends GroupAddress {
  readonly item: string;
  readonly kind: ChangeKind;
  readonly timestamp: number;
  readonly value: JsonText;
  readonly seq: number;
  readonly epoch: string;
}

const literally = (text: string): string => text.replace(/[{}]/g, '\\$&');
const TEXT = '("(?:[^"\\\\]|\\\\.)*")';
const HEAD = new RegExp(
  `${literally(PARTS.open)}(\\d+),"streamName":${TEXT},"groupId":${TEXT},"id":${TEXT},"event":\\{"type":"(${STREAM_EVENT.create}|${STREAM_EVENT.update}|${STREAM_EVENT.delete})","data":`,
  'y',
);
const TAIL = new RegExp(`\\}${PARTS.seq}(\\d+)${PARTS.epoch}([0-9a-zA-Z-]+)${literally(PARTS.close)}$`);
/** Longest text that `TAIL` matches, in characters. */
const TAIL_LENGTH = 128;

const unquote = (text: string): string =>
  text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);

/** Reads a message in the exact layout that our script publishes, without parsing its value; else undefined. */
export function parseSequenced(message: string): SequencedMessage | undefined {
  HEAD.lastIndex = 0;
  const head = HEAD.exec(message);
  if (head === null) return undefined;
  const tail = TAIL.exec(message.slice(-TAIL_LENGTH));
  if (tail === null) return undefined;
  const value = message.slice(HEAD.lastIndex, message.length - tail[0].length) as JsonText;
  if (value === '') return undefined;
  return {
    stream: unquote(head[2]!),
    group: unquote(head[3]!),
    item: unquote(head[4]!),
    kind: head[5] as ChangeKind,
    timestamp: Number(head[1]),
    value,
    seq: Number(tail[1]),
    epoch: tail[2]!,
  };
}
