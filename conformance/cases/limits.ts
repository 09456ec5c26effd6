import assert from 'node:assert/strict';
import {
  CLOSE_CODE,
  ERROR_CODE,
  FUNCTION,
  INVOCATION_ERROR,
  SOCKET_ERROR,
  SOCKET_MESSAGE,
  STREAM_EVENT,
} from '../../generated/constants.js';
import type { ServerMessage } from '../../generated/socket.js';
import { area, type Setting } from '../runner/case.js';
import { address, type Context } from '../runner/context.js';
import { onLeave } from './triggers/setup.js';

const { strict } = area('limits', { needs: ['limits'] });
const limits = (bounds: Readonly<Record<string, number>>): Setting => ({ config: { limits: bounds } });

/** One target serves all cases whose bounds do not hinder each other. */
const SMALL = limits({
  max_name_bytes: 40,
  max_depth: 20,
  max_frame_bytes: 20_000,
  subscriptions_per_socket: 5,
  invocation_timeout_ms: 300,
});
const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}1${']'.repeat(depth)}`);

const FLOOD = 400;

/** So many calls with 40 MB in all: more than the buffers of the network and of the server hold together. */
async function flood(t: Context, functionId: string, more: object): Promise<void> {
  const worker = await t.main();
  const data = 'x'.repeat(100_000);
  for (let i = 0; i < FLOOD; i += 20) {
    const calls = Array.from({ length: 20 }, () => worker.call(functionId, { ...t.at, ...more, data }));
    await Promise.all(calls);
  }
}

function assertError(message: ServerMessage, code: string): void {
  assert(message.type === SOCKET_MESSAGE.error, `expected an error, got ${JSON.stringify(message)}`);
  assert.equal(message.code, code);
}

export const limitCases = [
  strict(
    'a-name-of-512-bytes-is-taken-and-one-more-refused',
    async (t) => {
      await t.set('i'.repeat(512), 1);
      const { code, message } = await t.error(FUNCTION.set, { ...t.at, item_id: 'i'.repeat(513), data: 1 });
      assert.equal(code, ERROR_CODE.set);
      assert(message.includes('item_id'), `"${message}" names the field`);
    },
    { needs: [] },
  ),
  strict(
    'names-are-measured-in-bytes',
    async (t) => {
      await t.set('é'.repeat(256), 1);
      await t.error(FUNCTION.set, { ...t.at, item_id: 'é'.repeat(257), data: 1 });
    },
    { needs: [] },
  ),
  strict(
    'each-name-of-a-function-is-bounded',
    async (t) => {
      const at = { stream_name: 's', group_id: 'g', item_id: 'i' };
      for (const field of Object.keys(at)) {
        const { message } = await t.error(FUNCTION.get, { ...at, [field]: 'x'.repeat(41) });
        assert(message.includes(field), `"${message}" names ${field}`);
      }
      assert.equal(
        (await t.error(FUNCTION.send, { ...at, id: 'x'.repeat(41), type: 't', data: 1 })).code,
        ERROR_CODE.send,
      );
    },
    SMALL,
  ),
  strict(
    'names-of-a-join-are-bounded',
    async (t) => {
      const client = await t.socket();
      client.join({ streamName: 's', groupId: 'x'.repeat(41) });
      assertError(await client.next(), SOCKET_ERROR.nameTooLong);
      client.join({ streamName: 's', groupId: 'x'.repeat(40) });
      assert.deepEqual(await client.take(1), [[STREAM_EVENT.sync, null, []]]);
    },
    SMALL,
  ),
  strict(
    'a-value-that-nests-too-deep-is-refused',
    async (t) => {
      const at = { stream_name: 's', group_id: t.name('g'), item_id: 'a' };
      await t.call(FUNCTION.set, { ...at, data: nested(18) });
      assert.equal((await t.error(FUNCTION.set, { ...at, data: nested(21) })).code, ERROR_CODE.set);
      assert.equal(
        (await t.error(FUNCTION.send, { ...at, type: 't', data: nested(21) })).code,
        ERROR_CODE.send,
      );
    },
    SMALL,
  ),
  strict(
    'a-socket-message-that-nests-too-deep-is-refused',
    async (t) => {
      const client = await t.socket();
      client.sendText(JSON.stringify({ type: SOCKET_MESSAGE.join, data: { deep: nested(30) } }));
      assertError(await client.next(), SOCKET_ERROR.messageTooDeep);
    },
    SMALL,
  ),
  strict(
    'an-update-cannot-nest-deeper-than-allowed',
    async (t) => {
      const at = { stream_name: 's', group_id: t.name('g'), item_id: 'a' };
      const ops = [{ type: 'set', path: 'x', value: nested(20) }];
      assert.equal((await t.error(FUNCTION.update, { ...at, ops })).code, ERROR_CODE.update);
    },
    SMALL,
  ),
  strict(
    'a-frame-that-is-too-big-closes-the-stream-socket',
    async (t) => {
      const client = await t.socket();
      client.sendText(JSON.stringify({ type: SOCKET_MESSAGE.join, data: { text: 'x'.repeat(25_000) } }));
      assert.equal((await client.closed).code, CLOSE_CODE.messageTooBig);
    },
    SMALL,
  ),
  strict(
    'a-frame-that-is-too-big-closes-the-worker-connection',
    async (t) => {
      const worker = await t.worker();
      worker.void(FUNCTION.set, { stream_name: 's', group_id: 'g', item_id: 'a', data: 'x'.repeat(25_000) });
      assert.equal(await worker.closed, CLOSE_CODE.messageTooBig);
      assert.equal(
        await t.call(FUNCTION.get, { stream_name: 's', group_id: t.name('g'), item_id: 'a' }),
        undefined,
      );
    },
    SMALL,
  ),
  strict(
    'a-socket-holds-so-many-subscriptions',
    async (t) => {
      const client = await t.socket();
      for (let i = 0; i < 5; i++) client.join({ streamName: 's', groupId: `g${i}` });
      await client.takeStream(5);
      const sixth = client.join({ streamName: 's', groupId: 'g6' });
      const refusal = await client.next();
      assertError(refusal, SOCKET_ERROR.tooManySubscriptions);
      assert.equal((refusal as { subscriptionId?: string }).subscriptionId, sixth);
      await t.call(FUNCTION.send, { stream_name: 's', group_id: 'g0', type: 'still-there', data: null });
      await client.nextStream();
    },
    SMALL,
  ),
  strict(
    'a-subscription-that-was-left-makes-room',
    async (t) => {
      const client = await t.socket();
      const ids = Array.from({ length: 5 }, (_, i) => client.join({ streamName: 's', groupId: `h${i}` }));
      await client.takeStream(5);
      client.leave(ids[0] ?? '', { streamName: 's', groupId: 'h0' });
      client.join({ streamName: 's', groupId: 'h6' });
      assert.equal((await client.nextStream()).groupId, 'h6');
    },
    SMALL,
  ),
  strict(
    'a-call-that-is-never-answered-times-out',
    async (t) => {
      const id = t.name('never');
      const worker = await t.worker();
      worker.on(id, () => new Promise(() => {}));
      await worker.settle();
      assert.equal((await t.error(id, {})).code, INVOCATION_ERROR.invocationTimeout);
    },
    SMALL,
  ),
  strict(
    'joins-have-a-rate',
    async (t) => {
      const client = await t.socket();
      for (let i = 0; i < 40; i++) client.join({ streamName: t.at.stream_name, groupId: `g${i}` });
      const passed = await client.until('a refusal', ({ type }) => type === SOCKET_MESSAGE.error);
      assertError(passed.at(-1) as ServerMessage, SOCKET_ERROR.tooManyJoins);
    },
    limits({ joins_per_second: 10 }),
  ),
  strict(
    'an-address-holds-so-many-sockets',
    async (t) => {
      const first = await t.socket();
      await t.socket();
      assert.equal(await t.refusal(), 429);
      await first.close();
      // Room is made when the server noticed the close.
      for (;;) {
        const opened = await t.socket().then(
          () => true,
          () => false,
        );
        if (opened) return;
      }
    },
    { ...limits({ sockets_per_address: 2 }), exclusive: true },
  ),
  strict(
    'calls-that-wait-are-bounded',
    async (t) => {
      const id = t.name('never');
      const worker = await t.worker();
      const calls = worker.record(id, () => new Promise(() => {}));
      await worker.settle();
      const main = await t.main();
      const pending = Array.from({ length: 8 }, () => main.reply(id, {}).catch(() => undefined));
      const answer = await Promise.race(pending);
      assert.equal(answer?.message.error?.code, INVOCATION_ERROR.overloaded);
      await calls.take(4, 'a call');
      assert.deepEqual((await t.set('a', 1)).new_value, 1, 'the functions still answer');
    },
    { ...limits({ max_pending_invocations: 4 }), exclusive: true },
  ),
  strict(
    'an-auth-function-that-never-answers-is-not-waited-for',
    async (t) => {
      const worker = await t.worker();
      worker.on('conformance::slow', () => new Promise(() => {}));
      await worker.settle();
      assert.equal(await t.refusal(), 503);
    },
    {
      needs: ['limits', 'auth'],
      config: { auth_function: 'conformance::slow', limits: { auth_timeout_ms: 100 } },
    },
  ),
  strict(
    'an-origin-that-is-not-allowed-is-refused',
    async (t) => {
      assert.equal(await t.refusal('/', { headers: { Origin: 'https://evil.example' } }), 403);
      await t.socket('/', { headers: { Origin: 'https://app.example' } });
      const client = await t.socket();
      client.join(address(t.at));
      await client.nextStream('the sync');
    },
    { needs: ['origins'], config: { allowed_origins: ['https://app.example'] } },
  ),
  strict(
    'custom-events-that-a-stalled-client-missed-are-counted',
    async (t) => {
      const { client } = await t.follow();
      client.pause();
      await flood(t, FUNCTION.send, { type: 't' });
      client.resume();
      let accounted = 0;
      while (accounted < FLOOD) {
        const message = await client.next('an event, or the count of those that were missed');
        accounted += message.type === SOCKET_MESSAGE.dropped ? message.count : 1;
      }
      assert.equal(accounted, FLOOD);
    },
    limits({ outbox_bytes: 65_536 }),
  ),
  strict(
    'a-client-that-takes-nothing-is-dropped',
    async (t) => {
      const { calls } = await onLeave(t);
      const { client, id } = await t.follow();
      client.pause();
      await flood(t, FUNCTION.set, { item_id: 'a' });
      assert.equal((await calls.next('a leave')).subscription_id, id);
    },
    limits({ outbox_bytes: 65_536, slow_client_timeout_ms: 200 }),
  ),
];
