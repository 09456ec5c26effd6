import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FakeSocket, fakeServer, settle } from './testing/fake-server.js';

const CLIENTS = 1_000;
const STEP = 50;

/** Peak and mean of the connections per second that a server sees which was away for so many milliseconds. */
async function storm(tick: (ms: number) => void, awayMs: number): Promise<{ peak: number; mean: number }> {
  const servers = Array.from({ length: CLIENTS }, () =>
    fakeServer({ backoff: { minMs: 250, maxMs: 20_000 } }),
  );
  for (const { client } of servers) client.group('s', 'g').subscribe(() => {});
  await settle();
  const last = ({ sockets }: (typeof servers)[number]): FakeSocket => sockets.at(-1) as FakeSocket;
  for (const server of servers) (last(server).onopen as () => void)();
  tick(60_000);
  for (const server of servers) (last(server).onclose as (event: object) => void)({ code: 1001, reason: '' });
  const perSecond: number[] = [];
  let waiting = servers;
  for (let ms = 0; waiting.length > 0; ms += STEP) {
    tick(STEP);
    await settle();
    for (const server of waiting) {
      const socket = last(server);
      if (server.state() !== 'connecting') continue;
      if (ms < awayMs) (socket.onclose as (event: object) => void)({ code: 1006, reason: '' });
      else (socket.onopen as () => void)();
    }
    const open = waiting.filter(({ state }) => state() === 'open');
    const second = Math.floor((ms - awayMs) / 1_000);
    if (ms >= awayMs) perSecond[second] = (perSecond[second] ?? 0) + open.length;
    waiting = waiting.filter(({ state }) => state() !== 'open');
  }
  for (const { client } of servers) client.close();
  return { peak: Math.max(...perSecond), mean: CLIENTS / perSecond.length };
}

for (const awayMs of [0, 2_000, 10_000, 60_000]) {
  test(`${CLIENTS} clients come back to a server that was away for ${awayMs / 1_000} s`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1e12 });
    const { peak, mean } = await storm((ms) => t.mock.timers.tick(ms), awayMs);
    t.diagnostic(`peak ${peak}, mean ${mean.toFixed(0)} per second`);
    assert.ok(peak <= 2 * mean, `peak ${peak}, mean ${mean}`);
  });
}

test('a first connection that is lost right after it opened is not made again at once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1e12 });
  const { client, sockets, state } = fakeServer({ backoff: { minMs: 250, maxMs: 20_000 } });
  client.group('s', 'g').subscribe(() => {});
  await settle();
  const [socket] = sockets as [FakeSocket];
  (socket.onopen as () => void)();
  t.mock.timers.tick(1_000);
  (socket.onclose as (event: object) => void)({ code: 1006, reason: '' });
  // The least of a first pause: 40 % of minMs.
  t.mock.timers.tick(99);
  await settle();
  assert.equal(state(), 'waiting');
  t.mock.timers.tick(151);
  await settle();
  assert.equal(state(), 'connecting');
  client.close();
});
