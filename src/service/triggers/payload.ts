import { type STREAM_EVENT, TRIGGER_TYPE } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import { encodeStreamEvent, type StreamEventParts } from '../../../generated/messages/socket.js';
import {
  encodeJoinTriggerPayload,
  encodeLeaveTriggerPayload,
  encodeStreamTriggerPayload,
} from '../../../generated/messages/triggers.js';
import type { JoinTriggerPayload } from '../../../generated/triggers.js';
import type { Change, CustomEvent, GroupAddress } from '../../domain/change.js';
import { changeEvent, customEvent } from '../../domain/message.js';

/** What a `stream` handler gets for a change. Both spellings of the names are in it (D2). */
export function changePayload(change: Change): JsonText {
  const { seq, epoch, created } = change;
  const sequenced = seq !== 0 || epoch !== '';
  return payload(change, changeEvent(change), change.kind, {
    created,
    seq: sequenced ? seq : undefined,
    epoch: sequenced ? epoch : undefined,
  });
}

/** What a `stream` handler gets for a custom event. */
export const eventPayload = (event: CustomEvent, eventType: typeof STREAM_EVENT.event): JsonText =>
  payload(event, customEvent(event), eventType, UNSEQUENCED);

const UNSEQUENCED = { created: undefined, seq: undefined, epoch: undefined };

function payload(
  { stream, group, item, timestamp }: Change | CustomEvent,
  event: StreamEventParts,
  eventType: string,
  position: { created: number | undefined; seq: number | undefined; epoch: string | undefined },
): JsonText {
  return encodeStreamTriggerPayload({
    timestamp,
    streamName: stream,
    groupId: group,
    id: item ?? null,
    event: encodeStreamEvent(event),
    created: position.created,
    seq: position.seq,
    epoch: position.epoch,
    event_type: eventType,
    stream_name: stream,
    group_id: group,
  });
}

/** How a client reads: an event stream, a long-poll, one plain request. */
export type Transport = NonNullable<JoinTriggerPayload['transport']>;

/** What a `stream:join` or `stream:leave` handler is told about. */
export interface Presence extends GroupAddress {
  readonly type: typeof TRIGGER_TYPE.join | typeof TRIGGER_TYPE.leave;
  readonly subscriptionId: string;
  readonly item: string | undefined;
  /** undefined = a WebSocket. */
  readonly transport: Transport | undefined;
  readonly context: JsonText | undefined;
}

/** @param timestamp ms since the Unix epoch */
export function presencePayload(presence: Presence, timestamp: number): JsonText {
  const { subscriptionId, stream, group, item, transport, context, type } = presence;
  const encode = type === TRIGGER_TYPE.join ? encodeJoinTriggerPayload : encodeLeaveTriggerPayload;
  return encode({
    subscription_id: subscriptionId,
    stream_name: stream,
    group_id: group,
    id: item,
    transport,
    context,
    event_type: type,
    timestamp,
  });
}
