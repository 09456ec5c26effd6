import assert from 'node:assert/strict';
import { SOCKET_MESSAGE } from '../../../generated/constants.js';
import type { JoinData, SinceCursor, StreamMessage, SubscribedMessage } from '../../../generated/socket.js';
import { address, type Context } from '../../runner/context.js';
import type { At } from '../../runner/functions.js';
import type { StreamClient } from '../../wire/stream-client.js';

/** The cursor that a message leaves its reader at. */
export function cursorOf({ epoch, seq }: Pick<StreamMessage, 'epoch' | 'seq'>): SinceCursor {
  assert(typeof epoch === 'string' && typeof seq === 'number', 'expected a message with epoch and seq');
  return { epoch, seq };
}

/** The acknowledgement that comes first after a join with `since` or `ack`. */
export async function acknowledged(client: StreamClient): Promise<SubscribedMessage> {
  const message = await client.next('the acknowledgement');
  assert(
    message.type === SOCKET_MESSAGE.subscribed,
    `expected ${SOCKET_MESSAGE.subscribed}, got ${message.type}`,
  );
  return message;
}

/** Joins with more than an address; takes the acknowledgement. */
export async function rejoin(
  t: Context,
  more: Partial<JoinData>,
  at: At = t.at,
): Promise<{ client: StreamClient; ack: SubscribedMessage; id: string }> {
  const client = await t.socket();
  const id = client.join({ ...address(at), ...more });
  return { client, ack: await acknowledged(client), id };
}

/** Where the group stands now. */
export async function here(t: Context, at: At = t.at): Promise<SinceCursor> {
  const { client, sync } = await t.follow({}, at);
  client.terminate();
  return cursorOf(sync);
}
