import assert from 'node:assert/strict';
import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import type { JoinData, OpsMessage, StreamMessage, SubscribedMessage } from '../../../generated/socket.js';
import { define } from '../../runner/case.js';
import type { Context } from '../../runner/context.js';
import type { At } from '../../runner/functions.js';
import type { StreamClient, Told } from '../../wire/stream-client.js';
import { rejoin } from '../resume/setup.js';
import { Replica } from './replica.js';

export const ops = define('ops', 'ops', {
  needs: ['ops', 'update', 'cursors', 'acknowledged-joins', 'item-revisions'],
});

/** Beside this no op of the cases is long. */
export const LONG = 'x'.repeat(600);
export const VALUE = { text: LONG, n: 1 };

export const append = (value: unknown, path: string | readonly string[] = 'text'): object => ({
  type: 'append',
  path,
  value,
});
export const increment = (path: string, by = 1): object => ({ type: 'increment', path, by });

/** The message without a type; anything else is the target's fault. */
export function isOps(message: Told): message is OpsMessage {
  return !('type' in message);
}

export interface Follower {
  readonly client: StreamClient;
  readonly ack: SubscribedMessage;
  /** What `subscribed` called the group. */
  readonly n: number;
  readonly id: string;
}

/** Joins for ops; takes the acknowledgement. */
export async function joinForOps(t: Context, more: Partial<JoinData> = {}, at: At = t.at): Promise<Follower> {
  const { client, ack, id } = await rejoin(t, { items: true, ops: true, ...more }, at);
  assert(typeof ack.n === 'number', 'who asks for ops is told the number of the group');
  return { client, ack, n: ack.n, id };
}

/** Joins for ops; takes the acknowledgement and the sync. */
export async function follow(
  t: Context,
  more: Partial<JoinData> = {},
  at: At = t.at,
): Promise<Follower & { readonly replica: Replica }> {
  const follower = await joinForOps(t, more, at);
  const replica = new Replica(follower.n);
  replica.take(await follower.client.nextStream('the sync'));
  return { ...follower, replica };
}

/** What comes next, which must be ops. */
export async function nextOps(client: StreamClient): Promise<OpsMessage> {
  const message = await client.nextTold('an update as ops');
  assert(isOps(message), `expected ops, got ${JSON.stringify(message).slice(0, 200)}`);
  return message;
}

/** What a client was told before an item that is set now. */
export async function toldBefore(
  t: Context,
  client: StreamClient,
  item = t.name('marker'),
): Promise<(StreamMessage | OpsMessage)[]> {
  await t.set(item, 'the mark');
  const told: (StreamMessage | OpsMessage)[] = [];
  for (;;) {
    const message = await client.nextTold('a later change');
    if (isOps(message)) told.push(message);
    else if (message.type === SOCKET_MESSAGE.stream) {
      if (message.id === item && message.event.type !== STREAM_EVENT.sync) return told;
      told.push(message);
    }
  }
}

/** Messages in short: `ops`, or the type of the event. */
export const kinds = (told: readonly (StreamMessage | OpsMessage)[]): readonly string[] =>
  told.map((message) => (isOps(message) ? 'ops' : message.event.type));
