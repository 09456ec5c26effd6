import { SOCKET_ERROR, STREAM_EVENT } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import {
  encodeDroppedMessage,
  encodeErrorMessage,
  encodeOpsMessage,
  encodeStreamMessage,
  encodeSubscribedMessage,
  encodeSyncItem,
  type StreamEventParts,
} from '../../generated/messages/socket.js';
import { arrayText } from '../wire/json-text.js';
import type {
  Change,
  Cursor,
  CustomEvent,
  GroupAddress,
  ResetReason,
  Snapshot,
  StoredItem,
  UpdateOps,
} from './change.js';
import { asJson, NULL } from './json-text.js';

/** `seq` and `epoch` are absent where nobody sequenced the message. */
const isSequenced = ({ seq, epoch }: Cursor): boolean => seq !== 0 || epoch !== '';

/** The event of a change, in the socket's message and in the payload of triggers. */
export const changeEvent = ({ kind, value, reason }: Change): StreamEventParts => ({
  type: kind,
  data: value,
  reason,
});

/** The event of a custom event, in the socket's message and in the payload of triggers. */
export const customEvent = ({ type, data }: Pick<CustomEvent, 'type' | 'data'>): StreamEventParts => ({
  type: STREAM_EVENT.event,
  event: { type, data },
});

/** The socket message of a change. */
export function renderChange(change: Change): JsonText {
  const { timestamp, stream, group, item, created } = change;
  const sequenced = isSequenced(change);
  return encodeStreamMessage({
    timestamp,
    streamName: stream,
    groupId: group,
    id: item,
    event: changeEvent(change),
    created,
    seq: sequenced ? change.seq : undefined,
    epoch: sequenced ? change.epoch : undefined,
    more: change.more,
  });
}

/**
 * The short message of an update, for those who take ops.
 *
 * @param n what `subscribed` called the group
 * @param seq the item's rev after them
 */
export const renderOps = (
  n: number,
  id: string,
  seq: number,
  { from, text }: Pick<UpdateOps, 'from' | 'text'>,
  more: true | undefined,
): JsonText => encodeOpsMessage({ n, id, seq, from, ops: text, more });

/** A message that nobody sequenced. */
const unsequenced = (
  timestamp: number,
  { stream, group }: GroupAddress,
  item: string | undefined,
  event: StreamEventParts,
): JsonText =>
  encodeStreamMessage({
    timestamp,
    streamName: stream,
    groupId: group,
    id: item ?? null,
    event,
    created: undefined,
    seq: undefined,
    epoch: undefined,
    more: undefined,
  });

/** The socket message of a custom event. */
export const renderEvent = (event: CustomEvent): JsonText =>
  unsequenced(event.timestamp, event, event.item, customEvent(event));

const itemText = ({ id, rev, value }: StoredItem): JsonText => encodeSyncItem({ id, rev, data: value });

function valuesText(items: readonly StoredItem[]): JsonText {
  let text = '[';
  for (const { value } of items) {
    if (text.length > 1) text += ',';
    text += value;
  }
  return asJson(`${text}]`);
}

function syncData({ items }: Snapshot, item: string | undefined, withItems: boolean): JsonText {
  if (item === undefined) return withItems ? arrayText(items, itemText) : valuesText(items);
  const found = items.find((candidate) => candidate.id === item);
  if (found === undefined) return NULL;
  return withItems ? itemText(found) : found.value;
}

/**
 * The sync message of a snapshot: the whole group (`item` undefined), or one item or null.
 *
 * @param withItems data as `{id, rev, data}` instead of the bare value (our opt-in)
 * @param more true = a piece of the group, which does not end here
 */
export function renderSync(
  { stream, group }: GroupAddress,
  snapshot: Snapshot,
  item: string | undefined,
  withItems: boolean,
  more = false,
): JsonText {
  const sequenced = isSequenced(snapshot);
  return encodeStreamMessage({
    timestamp: snapshot.timestamp,
    streamName: stream,
    groupId: group,
    id: item ?? null,
    event: { type: STREAM_EVENT.sync, data: syncData(snapshot, item, withItems), more: more || undefined },
    created: undefined,
    seq: sequenced ? snapshot.seq : undefined,
    epoch: sequenced ? snapshot.epoch : undefined,
    more: undefined,
  });
}

/** The message that tells a refused client so; it carries no data of the group. */
export const renderUnauthorized = (at: GroupAddress, item: string | undefined, timestamp: number): JsonText =>
  unsequenced(timestamp, at, item, { type: STREAM_EVENT.unauthorized });

/** What a join with `since` (or `ack`) is told before its data: what follows, why, and where the group stands after it. */
export interface Acknowledgement extends GroupAddress {
  readonly subscriptionId: string;
  readonly item: string | undefined;
  readonly mode: 'changes' | 'sync';
  readonly reason: ResetReason | undefined;
  readonly cursor: Cursor;
  /** What messages of ops call the group; undefined = the subscription takes none. */
  readonly n?: number | undefined;
}

export const renderSubscribed = (ack: Acknowledgement): JsonText =>
  encodeSubscribedMessage({
    subscriptionId: ack.subscriptionId,
    streamName: ack.stream,
    groupId: ack.group,
    id: ack.item,
    mode: ack.mode,
    reason: ack.reason,
    epoch: ack.cursor.epoch,
    seq: ack.cursor.seq,
    ping: true,
    multi: true,
    n: ack.n,
  });

/** Tells a client that nobody knows the ids of a custom stream's items, and that its subscription ends. */
export const renderItemsUnsupported = (subscriptionId: string): JsonText =>
  encodeErrorMessage({
    code: SOCKET_ERROR.itemsUnsupported,
    message: 'not every value of this custom stream has an `id` of its own: join without `items`',
    subscriptionId,
  });

/** True when it is known which item each value is; of a custom stream's list it may not be (D17). */
export const hasIds = ({ epoch, items }: Snapshot): boolean =>
  epoch !== '' || items.every(({ id }) => id !== '');

/** Tells a client how many custom events of a group it missed while it was slow. */
export const renderDropped = ({ stream, group }: GroupAddress, count: number): JsonText =>
  encodeDroppedMessage({ streamName: stream, groupId: group, count });

/** Tells a client that a group is too long for one message, and that its subscription ends. */
export const renderTooLarge = (subscriptionId: string): JsonText =>
  encodeErrorMessage({
    code: SOCKET_ERROR.limit,
    message: 'the group passes limits.sync_bytes: join with `page`',
    subscriptionId,
  });
