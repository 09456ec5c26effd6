import assert from 'node:assert/strict';
import { FUNCTION, SOCKET_MESSAGE, STREAM_EVENT, TRIGGER_TYPE } from '../../../generated/constants.js';
import type { ErrorMessage, StreamMessage } from '../../../generated/socket.js';
import { define, type Setting } from '../../runner/case.js';
import { address, type Context } from '../../runner/context.js';
import type { Target, TargetConfig } from '../../runner/target.js';
import type { StreamClient } from '../../wire/stream-client.js';
import type { WorkerClient } from '../../wire/worker-client.js';
import { bind, type PresencePayload } from '../triggers/setup.js';

/** Milliseconds between the end of a connection and that of its items. */
const GRACE = 700;
/** Milliseconds after which a node counts as dead. */
export const LEASE = 3_000;

export const TIMES: Partial<TargetConfig> = { presence: { grace_ms: GRACE, lease_ms: LEASE } };
const SETTING: Setting = { needs: ['owned-items', 'presence', 'presence-times'], config: TIMES };
export const owned = define('owned', 'owned', SETTING);

/** Of cases that start their own targets. */
export const CRASHES: Setting = {
  own: true,
  adapters: ['file_based', 'redis'],
  needs: ['crash'],
  timeoutMs: 40_000,
};

/** A join handler of the case's stream; returns how its clients connect, and what `set` gives them. */
export async function joins(t: Context, answer: (call: PresencePayload) => unknown = () => ({})) {
  const config = { stream_name: t.at.stream_name };
  const { calls, worker } = await bind<PresencePayload>(t, TRIGGER_TYPE.join, config, answer);
  const connect = async () => {
    const { client, id } = await t.follow();
    const { connection_id } = await calls.next('a join');
    assert.equal(typeof connection_id, 'string');
    return { client, id, owner: { connection_id } };
  };
  return { calls, connect, worker };
}

export const give = (t: Context, item: string, owner: unknown, data: unknown = 1): Promise<unknown> =>
  t.call(FUNCTION.set, { ...t.at, item_id: item, data, owner });

/** What `presence` of a join gives: the item and its value. */
export interface Wanted {
  readonly key?: string;
  readonly data: unknown;
}

/** A client that asks to be present; its first sync is taken. */
export async function enter(
  t: Context,
  presence: Wanted,
  target: Target = t.target,
): Promise<{ client: StreamClient; id: string; sync: StreamMessage }> {
  const client = await t.socket('/', {}, target);
  const id = client.join({ ...address(t.at), presence: presence as { data: object } });
  const sync = await client.nextStream('the sync');
  assert.equal(sync.event.type, STREAM_EVENT.sync);
  return { client, id, sync };
}

/** The error that a join gets instead. */
export async function refusal(t: Context, presence: unknown): Promise<ErrorMessage> {
  const client = await t.socket();
  client.sendText(
    JSON.stringify({
      type: SOCKET_MESSAGE.join,
      data: { ...address(t.at), subscriptionId: '1', presence },
    }),
  );
  const message = await client.next('the error');
  assert.equal(message.type, SOCKET_MESSAGE.error, JSON.stringify(message));
  // The socket goes on, without the subscription.
  await t.set('other', 1);
  await t.processed(client);
  await t.delete('other');
  return message as ErrorMessage;
}

/** `<event> <item> [<reason>]` of what a client is told, up to the deletion of `last`. */
export async function told(client: StreamClient, last: string): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const { id, event } = await client.nextStream(`the end of ${last}`);
    const reason = event.type === STREAM_EVENT.delete ? event.reason : undefined;
    if (id === last && event.type === STREAM_EVENT.delete) return seen;
    seen.push(`${event.type} ${id}${reason === undefined ? '' : ` ${reason}`}`);
  }
}

/** What ended before now has no more effects on its way, once an item that is left now is gone. */
export async function settled(
  t: Context,
  watcher: StreamClient,
  target: Target = t.target,
): Promise<string[]> {
  const { client } = await enter(t, { key: 'last', data: 'last' }, target);
  client.terminate();
  return (await told(watcher, 'last')).filter((one) => one !== 'create last');
}

export type { WorkerClient };
