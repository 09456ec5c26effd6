import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Client, until } from '../socket/testing/harness.js';
import { Events, start } from './testing/harness.js';

const PIECE_BYTES = 256 * 1024;

test('a sync in pieces: of one seq, none too long, and only the last one has an id', async (t) => {
  const { url, set } = await start(t, { limits: { outbox_bytes: 300_000 } });
  for (let i = 0; i < 1_500; i += 1) await set(`i${i}`, `é${'x'.repeat(900)}`);
  const events = await Events.open(t, `${url}/stream/s/g?items=1&page=500`);
  const ids: string[] = [];
  for (let more = true, pieces = 1; more; pieces += 1) {
    const piece = await events.next();
    more = piece?.data.event.more === true;
    assert.equal(piece?.data.seq, 1_500);
    assert.ok(Buffer.byteLength(JSON.stringify(piece?.data)) <= PIECE_BYTES);
    assert.ok(piece!.data.event.data.length <= 500);
    assert.equal(piece?.id, more ? undefined : `${piece?.data.epoch}:1500`);
    ids.push(...piece!.data.event.data.map(({ id }: { id: string }) => id));
    if (more) await set('late', pieces);
    else assert.ok(pieces > 4);
  }
  assert.deepEqual(
    ids,
    Array.from({ length: 1_500 }, (_, i) => `i${i}`),
  );
  const late = await events.next();
  assert.equal(late?.data.id, 'late');
});

test('a group too long for one message: the subscription ends, the socket goes on', async (t) => {
  const { port, set, service } = await start(t, { limits: { sync_bytes: 5_000 } });
  for (let i = 0; i < 10; i += 1) await set(`i${i}`, 'x'.repeat(1_000));
  await set('a', 1, 'short');
  const client = await Client.open(t, `ws://127.0.0.1:${port}/`);
  client.join({ ack: true });
  const { type, code, subscriptionId } = await client.next();
  assert.deepEqual([type, code, subscriptionId], ['error', 'limit', 'a']);
  await until(() => [...service.hub.watched()].length === 0, 'the subscription has ended');
  client.join({ groupId: 'short', ack: true });
  assert.deepEqual((await client.next()).multi, true);
  await client.next();
  client.join({ subscriptionId: 'b', page: 4 });
  const counts: number[] = [];
  while (counts.length < 3) {
    const { event } = (await client.next()) as { event: { data: unknown[]; more?: true } };
    counts.push(event.data.length);
    assert.equal(event.more, counts.length < 3 ? true : undefined);
  }
  assert.deepEqual(counts, [4, 4, 2]);
  client.join({ subscriptionId: 'c', id: 'i1' });
  assert.equal((await client.next()).id, 'i1');
  client.ws.close();
  await once(client.ws, 'close');
});

test('a path asks for pieces as well', async (t) => {
  const { port, set } = await start(t);
  for (let i = 0; i < 3; i += 1) await set(`i${i}`, i);
  const client = await Client.open(t, `ws://127.0.0.1:${port}/stream/s/g?page=2`);
  assert.deepEqual((await client.next()).event, { type: 'sync', data: [0, 1], more: true });
  assert.deepEqual((await client.next()).event, { type: 'sync', data: [2] });
});
