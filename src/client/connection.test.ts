import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inState, page } from './testing/connections.js';
import { type FakeSocket, fakeServer, say, settle } from './testing/fake-server.js';

test('attempts wait a part of the time away, until a connection has lasted', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1e12 });
  t.mock.method(Math, 'random', () => 0);
  const { client, sockets } = fakeServer({ backoff: { minMs: 100, maxMs: 1_000 } });
  client.group('s', 'g').subscribe(() => {});
  await settle();
  const waits: number[] = [];
  const lose = async (openMs?: number): Promise<void> => {
    const socket = sockets.at(-1) as FakeSocket;
    if (openMs !== undefined) {
      await socket.open();
      t.mock.timers.tick(openMs);
    }
    await socket.end();
    const count = sockets.length;
    for (let ms = 0; sockets.length === count; ms += 50) {
      t.mock.timers.tick(50);
      await settle();
      waits[count - 1] = ms + 50;
    }
  };
  for (let i = 0; i < 5; i++) await lose();
  await lose(5_000);
  await lose(11_000);
  assert.deepEqual(waits, [100, 100, 100, 150, 250, 1_000, 100]);
  client.close();
});

test('a silent server is asked; one that does not answer is left, one that does is not', async (t) => {
  using stage = page();
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1e12 });
  t.mock.method(Math, 'random', () => 0);
  const { last, tick, sockets, client } = await inState(t, 'open', stage.look);
  const first = last();
  await tick(24_000);
  assert.deepEqual(first.sent, []);
  await tick(1_000);
  assert.deepEqual(first.sent.splice(0), [{ type: 'ping' }]);
  await first.say({ type: 'pong' });
  await tick(24_000);
  assert.deepEqual(first.sent, []);
  // Somebody looks at the page: the machine may have slept.
  stage.look('online');
  assert.deepEqual(first.sent.splice(0), [{ type: 'ping' }]);
  await tick(9_999);
  assert.equal(first.isClosed, false);
  await tick(1);
  assert.ok(first.isClosed);
  await tick(1_000);
  assert.equal(sockets.length, 2);
  client.close();
});

test('a server that offers no pings gets none', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1e12 });
  const { client, sockets, state } = fakeServer();
  client.group('s', 'g').subscribe(() => {});
  await settle();
  await sockets[0]!.open();
  await sockets[0]!.say(
    say.ack(sockets[0]!.takeJoins()[0]!, 'sync', 0, { ping: undefined }),
    say.sync('', 0),
  );
  t.mock.timers.tick(3_600_000);
  assert.deepEqual([sockets[0]!.sent, state()], [[], 'open']);
  client.close();
});

test('the token is asked for before each attempt; one that cannot be had is tried for again', async () => {
  const asked: number[] = [];
  const {
    client,
    socket: next,
    sockets,
  } = fakeServer({
    token: async ({ attempt }) => {
      asked.push(attempt);
      if (asked.length === 1) throw new Error('offline');
      return `t${attempt}`;
    },
  });
  const seen: string[] = [];
  client.onStatus(({ state, error }) => seen.push(error ? `${state} ${error.code}` : state));
  client.group('s', 'g').subscribe(() => {});
  const socket = await next(1);
  assert.deepEqual(socket.protocols, ['Authorization', 't1']);
  await socket.open();
  await socket.end();
  await next(2);
  assert.deepEqual(asked, [0, 1, 2]);
  assert.equal(sockets.length, 2);
  assert.deepEqual(seen, [
    'idle',
    'connecting',
    'waiting token',
    'connecting',
    'open',
    'waiting 1006',
    'connecting',
  ]);
  client.close();
});

test('a refusal that a retry will not mend ends every group with its reason, until somebody says to try again', async () => {
  for (const [code, reason, expected] of [
    [4401, 'unauthorized', 'unauthorized'],
    [4403, 'origin_not_allowed', 'origin_not_allowed'],
    [1008, '', '1008'],
  ] as const) {
    const { client, socket: next, sockets } = fakeServer();
    const group = client.group('s', 'g');
    group.subscribe(() => {});
    await (await next(1)).end(code, reason);
    const view = group.getSnapshot();
    assert.deepEqual([view.status, view.error?.code], ['error', expected]);
    const late = client.group('s', 'late');
    late.subscribe(() => {});
    assert.deepEqual([late.getSnapshot().status, sockets.length], ['error', 1]);
    client.reconnect();
    const socket = await next(2);
    await socket.open();
    assert.equal(socket.takeJoins().length, 2);
    client.close();
  }
  for (const code of [1001, 1006, 1011, 4008, 4429, 4500, 4503]) {
    const { client, socket: next } = fakeServer();
    client.group('s', 'g').subscribe(() => {});
    await (await next(1)).end(code);
    await next(2);
    client.close();
  }
});
