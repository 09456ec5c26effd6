import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { Outlet } from '../delivery/port.js';
import { encodeTextFrames } from '../net/frames.js';
import { Client, start, until } from './testing/harness.js';

const OUTBOX = 65_536;

/** Writes more than the operating systems of both ends take, and pauses like delivery does. */
async function fill(outlet: Outlet): Promise<number> {
  const frames = encodeTextFrames([JSON.stringify('x'.repeat(100_000))]);
  let count = 0;
  while (outlet.queuedBytes <= OUTBOX) {
    outlet.write(frames);
    count += 1;
    await new Promise(setImmediate);
  }
  outlet.paused();
  return count;
}

test('writes of one tick leave together; the queue counts what the operating system has not taken', async (t) => {
  const { url, service } = await start(t);
  const client = await Client.open(t, url);
  client.join({});
  const [outlet] = (await once(service, 'join')) as [Outlet];
  for (let i = 0; i < 3; i += 1) outlet.write(encodeTextFrames([`{"n":${i}}`]));
  assert.equal(outlet.queuedBytes, 3 * 9);
  for (let i = 0; i < 3; i += 1) assert.deepEqual(await client.next(), { n: i });
  assert.equal(outlet.queuedBytes, 0);
});

test('a paused client that reads again is reported as drained, with everything received', async (t) => {
  const { url, service, server } = await start(t, { limits: { outbox_bytes: OUTBOX } });
  const client = await Client.open(t, url);
  client.join({});
  const [outlet] = (await once(service, 'join')) as [Outlet];
  client.ws.pause();
  const count = await fill(outlet);
  assert.equal([...server.connections()][0]?.paused, true);
  assert.equal(service.drains, 0);
  client.ws.resume();
  const [drained] = await once(service, 'drained');
  assert.equal(drained, outlet);
  assert.equal(outlet.queuedBytes, 0);
  await until(() => client.received.length === count, 'everything arrived');
  assert.equal([...server.connections()][0]?.paused, false);
  client.ws.pause();
  await fill(outlet);
  client.ws.resume();
  await once(service, 'drained');
  assert.equal(service.drains, 2);
});

test('a queue that is small enough to need no drain event is noticed all the same', async (t) => {
  const { url, service } = await start(t, { limits: { outbox_bytes: 1_024, slow_client_timeout_ms: 1_000 } });
  const client = await Client.open(t, url);
  client.join({});
  const [outlet] = (await once(service, 'join')) as [Outlet];
  outlet.write(encodeTextFrames([JSON.stringify('x'.repeat(2_000))]));
  outlet.paused();
  await once(service, 'drained');
});

test('a paused client that does not read in time is closed with 4008', async (t) => {
  const { url, service, counters, logger } = await start(t, {
    limits: { outbox_bytes: OUTBOX, slow_client_timeout_ms: 100 },
  });
  const client = await Client.open(t, url);
  client.join({});
  const [outlet] = (await once(service, 'join')) as [Outlet];
  client.ws.pause();
  const started = performance.now();
  await fill(outlet);
  await once(service, 'disconnect');
  assert.ok(performance.now() - started >= 100);
  client.ws.resume();
  assert.equal(await client.closed, 4008);
  assert.equal(counters.slowConsumers, 1);
  assert.ok(logger.lines.some((line) => line.startsWith('info') && line.includes('too slowly')));
});

test('one that never reads, not even its close, is dropped after a grace; its neighbour sees nothing of it', async (t) => {
  const { url, service, server } = await start(t, {
    limits: { outbox_bytes: OUTBOX, slow_client_timeout_ms: 50 },
  });
  const client = await Client.open(t, url);
  const neighbour = await Client.open(t, url);
  client.join({});
  const [outlet] = (await once(service, 'join')) as [Outlet];
  client.ws.pause();
  await fill(outlet);
  await once(service, 'disconnect');
  assert.equal([...server.connections()].length, 2, 'it gets a grace to read its close');
  await until(() => [...server.connections()].length === 1, 'it is dropped', 3_000);
  neighbour.join({ subscriptionId: 'n' });
  await once(service, 'join');
  assert.equal(service.drains, 0);
});
