import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCollection } from '@tanstack/db';
import { streamCollectionOptions } from './tanstack-db.js';
import { fakeServer, say, settle } from './testing/fake-server.js';

const PLACE = { streamName: 's', groupId: 'g' };
type Row = { id: string; n: number };

test('a collection shows the group, survives a cut without being emptied, and follows a reset', async () => {
  const { client, socket: next } = fakeServer();
  const collection = createCollection(streamCollectionOptions<{ n: number }, Row>({ client, ...PLACE }));
  const sizes: number[] = [];
  collection.subscribeChanges(() => sizes.push(collection.size));
  const socket = await next(1);
  await socket.open();
  await socket.say(say.ack(socket.takeJoins()[0]!, 'sync', 2), say.sync('a@1 b@2', 2));
  await collection.preload();
  const rows = () => [...collection.values()].map(({ id, n }) => `${id}${n}`).sort();
  assert.deepEqual(rows(), ['a1', 'b2']);
  await socket.end();
  const again = await next(2);
  assert.deepEqual(rows(), ['a1', 'b2']);
  await again.open();
  await again.say(
    say.ack(again.takeJoins()[0]!, 'changes', 5),
    say.change('delete', 'a', 3),
    say.change('update', 'b', 4),
    say.change('create', 'c', 5),
  );
  assert.deepEqual(rows(), ['b4', 'c5']);
  await again.say(say.sync('x@1', 1, { epoch: 'e2' }));
  assert.deepEqual(rows(), ['x1']);
  assert.ok(!sizes.includes(0), `was empty: ${sizes}`);
  client.close();
  await collection.cleanup();
});

test('a write is shown at once, and settles when it has come back', async () => {
  const { client, socket: next } = fakeServer();
  const asked: unknown[] = [];
  const collection = createCollection(
    streamCollectionOptions<number, Row>({
      client,
      ...PLACE,
      row: (id, n) => ({ id, n }),
      write: async ({ type, id, row }) => {
        asked.push([type, id, row.n]);
        return { epoch: 'e1', rev: 1 };
      },
    }),
  );
  collection.subscribeChanges(() => {});
  const socket = await next(1);
  await socket.open();
  await socket.say(say.ack(socket.takeJoins()[0]!, 'sync', 0), say.sync('', 0));
  const insert = collection.insert({ id: 'a', n: 7 });
  assert.equal(collection.get('a')?.n, 7);
  await settle();
  let isSettled = false;
  const settled = insert.isPersisted.promise.then(() => {
    isSettled = true;
  });
  await settle();
  assert.deepEqual([asked, isSettled], [[['insert', 'a', 7]], false]);
  await socket.say({ ...say.change('create', 'a', 1), event: { type: 'create', data: 7 } });
  await settled;
  assert.equal(collection.get('a')?.n, 7);
  client.close();
  await collection.cleanup();
});
