import { type STREAM_EVENT, TRIGGER_TYPE } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import { encodeStreamEvent } from '../../../generated/messages/socket.js';
import {
  encodeJoinTriggerPayload,
  encodeLeaveTriggerPayload,
  encodeStreamTriggerPayload,
} from '../../../generated/messages/triggers.js';
import type { JoinTriggerPayload, LeaveTriggerPayload } from '../../../generated/triggers.js';
import type { Change, CustomEvent, GroupAddress } from '../../domain/change.js';
import { asJson } from '../../domain/json-text.js';
import { changeEvent, customEvent } from '../../domain/message.js';
import { isShort } from '../../domain/string-append.js';
import type { PayloadForm } from './registry.js';

/** What a `stream` handler gets for a change. Both spellings of the names are in it (D2). */
export function changePayload(change: Change, form: PayloadForm): JsonText {
  const { seq, epoch, created } = change;
  const sequenced = seq !== 0 || epoch !== '';
  return payload(change, eventText(change, form), change.kind, {
    created,
    seq: sequenced ? seq : undefined,
    epoch: sequenced ? epoch : undefined,
  });
}

/** What a `stream` handler gets for a custom event. */
export const eventPayload = (event: CustomEvent, eventType: typeof STREAM_EVENT.event): JsonText =>
  payload(event, encodeStreamEvent(customEvent(event)), eventType, UNSEQUENCED);

function eventText(change: Change, form: PayloadForm): JsonText {
  const { kind, ops, value } = change;
  if (form === 'none') return asJson(`{"type":"${kind}"}`);
  if (form === 'ops' && ops !== undefined && isShort(ops, value))
    return asJson(`{"type":"${kind}","ops":${ops.text},"from":${ops.from}}`);
  return encodeStreamEvent(changeEvent(change));
}

const UNSEQUENCED = { created: undefined, seq: undefined, epoch: undefined };

function payload(
  { stream, group, item, timestamp }: Change | CustomEvent,
  event: JsonText,
  eventType: string,
  position: { created: number | undefined; seq: number | undefined; epoch: string | undefined },
): JsonText {
  return encodeStreamTriggerPayload({
    timestamp,
    streamName: stream,
    groupId: group,
    id: item ?? null,
    event,
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
  /** Of a leave: why, where the client did not. */
  readonly reason?: LeaveTriggerPayload['reason'];
  /** Of a join: the item that the client asks for. */
  readonly presence?: JoinTriggerPayload['presence'];
  /** Undefined: there is none, one request was replied to. */
  readonly connectionId: string | undefined;
  readonly context: JsonText | undefined;
}

/** @param timestamp ms since the Unix epoch */
export function presencePayload(presence: Presence, timestamp: number): JsonText {
  const {
    subscriptionId,
    stream,
    group,
    item,
    transport,
    connectionId,
    presence: wanted,
    reason,
    context,
    type,
  } = presence;
  const encode = type === TRIGGER_TYPE.join ? encodeJoinTriggerPayload : encodeLeaveTriggerPayload;
  return encode({
    subscription_id: subscriptionId,
    stream_name: stream,
    group_id: group,
    id: item,
    transport,
    connection_id: connectionId,
    presence: wanted,
    reason,
    context,
    event_type: type,
    timestamp,
  });
}
