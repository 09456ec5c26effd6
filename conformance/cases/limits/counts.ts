import assert from 'node:assert/strict';
import { INVOCATION_ERROR, SOCKET_ERROR, SOCKET_MESSAGE } from '../../../generated/constants.js';
import type { ServerMessage } from '../../../generated/socket.js';
import { address, type Context } from '../../runner/context.js';
import { assertError, limits, SMALL, strict } from './setup.js';

const isOpened = (t: Context): Promise<boolean> =>
  t.socket().then(
    () => true,
    () => false,
  );

export const countCases = [
  strict(
    'a-socket-holds-so-many-subscriptions',
    async (t) => {
      const client = await t.socket();
      const streamName = t.at.stream_name;
      for (let i = 0; i < 5; i++) client.join({ streamName, groupId: `g${i}` });
      await client.takeStream(5);
      const sixth = client.join({ streamName, groupId: 'g6' });
      const refusal = await client.next();
      assertError(refusal, SOCKET_ERROR.tooManySubscriptions);
      assert.equal((refusal as { subscriptionId?: string }).subscriptionId, sixth);
      await t.send('still-there', null, undefined, { ...t.at, group_id: 'g0' });
      await client.nextStream();
    },
    { ...SMALL, needs: ['socket-errors'] },
  ),
  strict(
    'a-subscription-that-was-left-makes-room',
    async (t) => {
      const client = await t.socket();
      const streamName = t.at.stream_name;
      const ids = Array.from({ length: 5 }, (_, i) => client.join({ streamName, groupId: `g${i}` }));
      await client.takeStream(5);
      client.leave(ids[0] ?? '', { streamName, groupId: 'g0' });
      client.join({ streamName, groupId: 'g6' });
      assert.equal((await client.nextStream()).groupId, 'g6');
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
    { ...limits({ joins_per_second: 10 }), needs: ['socket-errors'] },
  ),
  strict(
    'an-address-holds-so-many-sockets',
    async (t) => {
      const first = await t.socket();
      await t.socket();
      assert.equal(await t.refusal(), 429);
      await first.close();
      // Room is made when the server noticed the close.
      const trying = async (): Promise<void> => {
        for (;;) if (await isOpened(t)) return;
      };
      await t.waits.for('room for another socket', trying());
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
];
