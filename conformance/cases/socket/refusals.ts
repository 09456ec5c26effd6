import assert from 'node:assert/strict';
import { CLOSE_CODE, SOCKET_ERROR, SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import { area } from '../../runner/case.js';
import { address, type Context } from '../../runner/context.js';
import type { StreamClient } from '../../wire/stream-client.js';

const { documented, strict } = area('socket');
/** Claims about the errors that clients are told. */
const { strict: told } = area('socket', { needs: ['socket-errors'] });

const BAD = {
  text: 'this is not JSON',
  scalar: '7',
  null: 'null',
  empty: '{}',
  unknown: '{"type":"subscribe","data":{}}',
  noData: JSON.stringify({ type: SOCKET_MESSAGE.join }),
  noIds: JSON.stringify({ type: SOCKET_MESSAGE.join, data: {} }),
} as const;

const joinOf = (data: object): string => JSON.stringify({ type: SOCKET_MESSAGE.join, data });

async function refused(client: StreamClient, code: string): Promise<string | undefined> {
  const message = await client.next('an error message');
  assert(message.type === SOCKET_MESSAGE.error, `expected an error, got ${JSON.stringify(message)}`);
  assert.equal(message.code, code);
  assert.notEqual(message.message, '');
  return message.subscriptionId;
}

/** The socket still works. */
async function lives(t: Context, client: StreamClient): Promise<void> {
  client.join(address(t.at));
  const messages = await client.until('the sync', ({ type }) => type === SOCKET_MESSAGE.stream);
  assert.equal(messages.at(-1)?.type, SOCKET_MESSAGE.stream);
}

export const refusalCases = [
  documented('nonsense-does-not-end-the-socket', async (t) => {
    const client = await t.socket();
    for (const text of Object.values(BAD)) client.sendText(text);
    await lives(t, client);
  }),
  told('what-is-no-json-is-answered-with-an-error', async (t) => {
    const client = await t.socket();
    client.sendText(BAD.text);
    await refused(client, SOCKET_ERROR.invalidMessage);
    await lives(t, client);
  }),
  told('a-message-of-an-unknown-type-is-answered-with-an-error', async (t) => {
    const client = await t.socket();
    for (const text of [BAD.unknown, BAD.empty, BAD.scalar, BAD.null]) {
      client.sendText(text);
      await refused(client, SOCKET_ERROR.invalidMessage);
    }
  }),
  told('a-join-without-its-fields-is-answered-with-an-error', async (t) => {
    const client = await t.socket();
    const whole = { subscriptionId: 'one', ...address(t.at) };
    for (const field of ['subscriptionId', 'streamName', 'groupId'] as const) {
      const { [field]: _left, ...rest } = whole;
      client.sendText(joinOf(rest));
      await refused(client, SOCKET_ERROR.invalidMessage);
    }
    client.sendText(BAD.noData);
    await refused(client, SOCKET_ERROR.invalidMessage);
  }),
  told('a-join-with-fields-of-the-wrong-type-is-answered-with-an-error', async (t) => {
    const client = await t.socket();
    const whole = { subscriptionId: 'one', ...address(t.at) };
    for (const wrong of [{ subscriptionId: 7 }, { streamName: null }, { groupId: ['g'] }, { id: 7 }]) {
      client.sendText(joinOf({ ...whole, ...wrong }));
      await refused(client, SOCKET_ERROR.invalidMessage);
    }
  }),
  told('a-refused-join-names-its-subscription', async (t) => {
    const client = await t.socket();
    client.sendText(joinOf({ subscriptionId: 'mine', ...address(t.at), groupId: 7 }));
    assert.equal(await refused(client, SOCKET_ERROR.invalidMessage), 'mine');
  }),
  strict('a-text-frame-that-is-no-utf-8-closes-the-socket', async (t) => {
    const client = await t.socket();
    client.sendBytesAsText(Buffer.from([0x22, 0xff, 0xfe, 0x22]));
    assert.equal((await client.closed).code, CLOSE_CODE.invalidText);
  }),
  strict('unknown-fields-of-a-join-are-ignored', async (t) => {
    const client = await t.socket();
    client.sendText(joinOf({ subscriptionId: 'one', ...address(t.at), unknown: { deep: [1] } }));
    assert.deepEqual(await client.take(1), [[STREAM_EVENT.sync, null, []]]);
  }),
  told('empty-names-are-refused', async (t) => {
    const client = await t.socket();
    const whole = { subscriptionId: 'one', ...address(t.at), id: 'a' };
    for (const field of ['subscriptionId', 'streamName', 'groupId', 'id']) {
      client.sendText(joinOf({ ...whole, [field]: '' }));
      await refused(client, SOCKET_ERROR.emptyName);
    }
    await lives(t, client);
  }),
  told('a-subscription-id-in-use-is-refused-for-another-group', async (t) => {
    const { client, id } = await t.follow();
    client.join({ ...address({ ...t.at, group_id: t.name('other') }), subscriptionId: id });
    assert.equal(await refused(client, SOCKET_ERROR.duplicateSubscription), id);
    await t.set('a', 1);
    assert.deepEqual(await client.take(1), [[STREAM_EVENT.create, 'a', 1]]);
  }),
  told('a-refused-message-changes-no-subscription', async (t) => {
    const { client } = await t.follow();
    client.sendText(BAD.text);
    await refused(client, SOCKET_ERROR.invalidMessage);
    await t.set('a', 1);
    assert.deepEqual(await client.take(1), [[STREAM_EVENT.create, 'a', 1]]);
  }),
  strict('nonsense-of-one-client-does-not-reach-others', async (t) => {
    const { client } = await t.follow();
    const bad = await t.socket();
    for (const text of Object.values(BAD)) bad.sendText(text);
    await t.processed(bad);
    await t.set('a', 1);
    assert.deepEqual(await t.before(client), [[STREAM_EVENT.create, 'a', 1]]);
  }),
];
