import { SOCKET_MESSAGE, STREAM_EVENT } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import type {
  Change,
  Cursor,
  CustomEvent,
  GroupAddress,
  ResetReason,
  Snapshot,
  StoredItem,
} from './change.js';
import { quote } from './json-text.js';

const head = (timestamp: number, at: GroupAddress, id: string | undefined): string =>
  `{"type":"${SOCKET_MESSAGE.stream}","timestamp":${timestamp},"streamName":${quote(at.stream)},"groupId":${quote(at.group)},"id":${id === undefined ? 'null' : quote(id)},"event":`;

/** `seq` and `epoch` are our additive fields: absent where nobody sequenced the message. */
const tail = (seq: number, epoch: string): string =>
  seq === 0 && epoch === '' ? '}' : `,"seq":${seq},"epoch":${quote(epoch)}}`;

/** The socket message of a change; the trigger payload begins with the same text. */
export function renderChange(change: Change): JsonText {
  const created = change.created === undefined ? '' : `,"created":${change.created}`;
  return `${head(change.timestamp, change, change.item)}{"type":"${change.kind}","data":${change.value}}${created}${tail(change.seq, change.epoch)}` as JsonText;
}

/** The socket message of a custom event. */
export function renderEvent(event: CustomEvent): JsonText {
  return `${head(event.timestamp, event, event.item)}{"type":"${STREAM_EVENT.event}","event":{"type":${quote(event.type)},"data":${event.data}}}}` as JsonText;
}

const renderItem = (item: StoredItem): string =>
  `{"id":${quote(item.id)},"rev":${item.rev},"data":${item.value}}`;

const syncData = (snapshot: Snapshot, item: string | undefined, withItems: boolean): string => {
  if (item !== undefined) {
    const found = snapshot.items.find((candidate) => candidate.id === item);
    if (found === undefined) return 'null';
    return withItems ? renderItem(found) : found.value;
  }
  let text = '[';
  for (const stored of snapshot.items) {
    if (text.length > 1) text += ',';
    text += withItems ? renderItem(stored) : stored.value;
  }
  return `${text}]`;
};

/**
 * The sync message of a snapshot: the whole group (`item` undefined), or one item or null.
 *
 * @param withItems data as `{id, rev, data}` instead of the bare value (our opt-in)
 */
export function renderSync(
  at: GroupAddress,
  snapshot: Snapshot,
  item: string | undefined,
  withItems: boolean,
): JsonText {
  return `${head(snapshot.timestamp, at, item)}{"type":"${STREAM_EVENT.sync}","data":${syncData(snapshot, item, withItems)}}${tail(snapshot.seq, snapshot.epoch)}` as JsonText;
}

/** The message that tells a refused client so; it carries no data of the group. */
export function renderUnauthorized(at: GroupAddress, item: string | undefined, timestamp: number): JsonText {
  return `${head(timestamp, at, item)}{"type":"${STREAM_EVENT.unauthorized}"}}` as JsonText;
}

/** What a join with `since` (or `ack`) is told before its data: what follows, why, and where the group stands after it. */
export interface Acknowledgement extends GroupAddress {
  readonly subscriptionId: string;
  readonly item: string | undefined;
  readonly mode: 'changes' | 'sync';
  readonly reason: ResetReason | undefined;
  readonly cursor: Cursor;
}

const address = (at: GroupAddress, id: string | undefined): string =>
  `"streamName":${quote(at.stream)},"groupId":${quote(at.group)}${id === undefined ? '' : `,"id":${quote(id)}`}`;

export function renderSubscribed(ack: Acknowledgement): JsonText {
  const reason = ack.reason === undefined ? '' : `,"reason":"${ack.reason}"`;
  return `{"type":"${SOCKET_MESSAGE.subscribed}","subscriptionId":${quote(ack.subscriptionId)},${address(ack, ack.item)},"mode":"${ack.mode}"${reason},"epoch":${quote(ack.cursor.epoch)},"seq":${ack.cursor.seq},"ping":true}` as JsonText;
}

/** Tells a client how many custom events of a group it missed while it was slow. */
export function renderDropped(at: GroupAddress, count: number): JsonText {
  return `{"type":"${SOCKET_MESSAGE.dropped}",${address(at, undefined)},"count":${count}}` as JsonText;
}
