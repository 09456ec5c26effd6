import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Recorder } from '../testing/recorder.js';
import { RedisServer } from '../testing/redis-server.js';
import { at, commit, GROUP, json, set } from '../testing/writing.js';
import { openRedisStore } from './index.js';

let server: RedisServer;
before(async () => {
  server = await RedisServer.start();
});
after(() => server[Symbol.asyncDispose]());

/** A node, and what it was told. Its clock is wrong by `skew` ms. */
async function node(skew = 0) {
  const store = await openRedisStore({ url: server.url, now: () => Date.now() + skew });
  const recorder = new Recorder();
  store.listen(recorder);
  return { store, recorder };
}

test('nodes that race, by clocks that are wrong by hours, remove each item once', async () => {
  const HOUR = 3_600_000;
  const nodes = await Promise.all([node(-HOUR), node(), node(HOUR)]);
  for (const { store } of nodes) store.watch(GROUP);
  const [first] = nodes;
  const items = Array.from({ length: 300 }, (_, n) => `item${n}`);
  const life = { ttlMs: 400 };
  await Promise.all(
    items.map((item) => commit(first!.store, at(item), { kind: 'set', value: json('1'), life })),
  );
  await set(nodes[1]!.store, 'kept', '1');
  const told = ({ changes }: Recorder) => changes.filter(({ reason }) => reason === 'expired');
  for (const { recorder } of nodes)
    await recorder.until(() => told(recorder).length >= items.length, 'the end of all items');
  for (const { recorder } of nodes)
    assert.deepEqual(
      told(recorder)
        .map(({ item }) => item)
        .sort(),
      items.toSorted(),
    );
  const removals = nodes.flatMap(({ recorder }) => recorder.commits.filter(({ kind }) => kind === 'delete'));
  assert.equal(removals.length, items.length);
  assert.deepEqual(await first!.store.list(GROUP), ['1']);
  await Promise.all(nodes.map(({ store }) => store[Symbol.asyncDispose]()));
});

test('what another engine removes leaves no time behind', async () => {
  const { store, recorder } = await node();
  const life = { ttlMs: 300 };
  await commit(store, at('gone', { stream: 's', group: 'g' }), { kind: 'set', value: json('1'), life });
  await commit(store, at('mine', { stream: 's', group: 'g' }), { kind: 'set', value: json('1'), life });
  const { Redis } = await import('ioredis');
  const redis = new Redis(server.url);
  await redis.hdel('stream:s:g', 'gone');
  await recorder.until(() => recorder.commits.some(({ kind }) => kind === 'delete'), 'the other item');
  const left = async () => [
    await redis.zcard('iii-stream:due'),
    await redis.exists('{stream:s:g}:ttl', 'stream:s:g'),
  ];
  for (let round = 0; round < 200 && String(await left()) !== '0,0'; round += 1)
    await new Promise((resolve) => setTimeout(resolve, 25));
  assert.deepEqual(await left(), [0, 0]);
  assert.equal(recorder.commits.filter(({ kind }) => kind === 'delete').length, 1);
  redis.disconnect();
  await store[Symbol.asyncDispose]();
});
