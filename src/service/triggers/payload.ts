import type { TRIGGER_TYPE } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import type { Change, CustomEvent, GroupAddress } from '../../domain/change.js';
import { asJson } from '../../domain/json-text.js';
import { renderChange, renderEvent } from '../../domain/message.js';

// Both spellings in one payload (DECISIONS: trigger payload names): the socket message's, which SDK readers know,
// followed by the API reference's.

const withSchemaNames = (message: JsonText, eventType: string, at: GroupAddress): JsonText =>
  asJson(
    `${message.slice(0, -1)},"event_type":${JSON.stringify(eventType)},"stream_name":${JSON.stringify(at.stream)},"group_id":${JSON.stringify(at.group)}}`,
  );

export const changePayload = (change: Change): JsonText =>
  withSchemaNames(renderChange(change), change.kind, change);

export const eventPayload = (event: CustomEvent, eventType: string): JsonText =>
  withSchemaNames(renderEvent(event), eventType, event);

/** What a `stream:join` or `stream:leave` handler gets. */
export interface Presence extends GroupAddress {
  readonly type: typeof TRIGGER_TYPE.join | typeof TRIGGER_TYPE.leave;
  readonly subscriptionId: string;
  readonly item: string | undefined;
  readonly context: JsonText | undefined;
}

export function presencePayload(presence: Presence, timestamp: number): JsonText {
  const { subscriptionId, stream, group, item, context, type } = presence;
  const id = item === undefined ? '' : `,"id":${JSON.stringify(item)}`;
  const shared = context === undefined ? '' : `,"context":${context}`;
  return asJson(
    `{"subscription_id":${JSON.stringify(subscriptionId)},"stream_name":${JSON.stringify(stream)},"group_id":${JSON.stringify(group)}${id}${shared},"event_type":"${type}","timestamp":${timestamp}}`,
  );
}
