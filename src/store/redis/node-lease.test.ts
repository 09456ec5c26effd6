import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { Redis } from 'ioredis';
import type { LostItem, Store } from '../port.js';
import { Recorder } from '../testing/recorder.js';
import { RedisServer } from '../testing/redis-server.js';
import { at, commit, GROUP, json, set } from '../testing/writing.js';
import { openRedisStore } from './index.js';

const NODES = 'iii-stream:nodes';

let server: RedisServer;
let redis: Redis;
before(async () => {
  server = await RedisServer.start();
  redis = server.client();
});
after(async () => {
  redis.disconnect();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => redis.flushall());

const opened: Store[] = [];
afterEach(() => Promise.all(opened.splice(0).map((store) => store[Symbol.asyncDispose]())));

/** A node with short leases; one that looks after nothing is as good as dead. */
async function node({ leaseMs = 600, graceMs = 0, isAlive = true } = {}) {
  const store = await openRedisStore({ url: server.url });
  opened.push(store);
  const recorder = new Recorder();
  store.listen(recorder);
  const lost: LostItem[] = [];
  const crashed: string[] = [];
  if (isAlive)
    store.owned!.begin({
      graceMs: () => graceMs,
      leaseMs: () => leaseMs,
      tells: () => true,
      crashed: (text) => crashed.push(text),
      lost: (item) => lost.push(item),
    });
  const own = async (item: string, value = '1', ttlMs?: number, group = GROUP): Promise<void> => {
    store.owned!.note(at(item, group));
    const life = { owner: `${store.owned!.process}.1`, ttlMs };
    await commit(store, at(item, group), { kind: 'set', value: json(value), life });
  };
  return { store, recorder, lost, crashed, own, process: store.owned!.process };
}

const left = ({ changes }: Recorder): string[] =>
  changes.filter(({ reason }) => reason === 'owner_left').map(({ item }) => item);

/** Everything of dead processes is removed. */
async function untilSwept(): Promise<void> {
  while ((await redis.zrange(NODES, '0', '-1')).some((member) => member.startsWith('!')))
    await new Promise((resolve) => setTimeout(resolve, 5));
}

test('of a dead node every item goes once, on every node, and nothing of the others', async () => {
  const dead = await node({ isAlive: false });
  const survivors = await Promise.all([node(), node(), node()]);
  const items = Array.from({ length: 500 }, (_, n) => `item${n}`);
  await Promise.all(items.map((item, n) => dead.own(item, '1', undefined, { ...GROUP, group: `g${n % 7}` })));
  await survivors[0]!.own('theirs');
  await set(survivors[1]!.store, 'plain', '1');
  await dead.own('freed');
  await set(dead.store, 'freed', '2');
  await redis.zadd(NODES, 1, dead.process);
  for (const { recorder } of survivors)
    await recorder.until(() => left(recorder).length >= items.length, 'the end of all items');
  await untilSwept();
  for (const { recorder } of survivors) assert.deepEqual(left(recorder).sort(), items.toSorted());
  const removals = survivors.flatMap(({ recorder }) =>
    recorder.commits.filter(({ kind }) => kind === 'delete'),
  );
  assert.equal(removals.length, items.length);
  assert.equal((await survivors[0]!.store.list(GROUP)).length, 3);
  assert.deepEqual((await redis.keys(`*{${dead.process}}*`)).sort(), [
    `iii-stream:owned:{${dead.process}}:lost`,
  ]);
  assert.equal((await redis.pttl(`iii-stream:owned:{${dead.process}}:lost`)) > 0, true);
});

test('a node that lives keeps its items, and one that ends gives them up after the grace', async () => {
  const ended = await node({ leaseMs: 60_000 });
  await ended.own('a');
  const other = await node({ leaseMs: 60_000, graceMs: 200 });
  await other.store.owned!.note(at('none'));
  const endedAt = performance.now();
  await ended.store[Symbol.asyncDispose]();
  const survivor = await node({ graceMs: 300 });
  await survivor.recorder.until(() => left(survivor.recorder).length === 1, 'the end of the item');
  assert.equal(performance.now() - endedAt >= 300, true);
  assert.equal((await redis.zscore(NODES, other.process)) !== null, true);
});

test('a node that was taken for dead gets back what was removed of it, as it was last', async () => {
  const paused = await node({ leaseMs: 1_000 });
  await paused.own('a', '{"v":1}');
  await paused.own('timed', '2', 60_000);
  await commit(paused.store, at('a'), { kind: 'update', apply: () => json('{"v":2}') });
  await redis.zadd(NODES, 1, paused.process);
  const survivor = await node({ leaseMs: 200 });
  await survivor.recorder.until(() => left(survivor.recorder).length === 2, 'the end of its items');
  while (paused.lost.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  const owner = `${paused.process}.1`;
  const [first, timed] = paused.lost.toSorted((a, b) => a.at.item.localeCompare(b.at.item));
  assert.deepEqual(first, { at: at('a'), owner, value: '{"v":2}', ttlMs: undefined });
  assert.deepEqual({ ...timed, ttlMs: 0 }, { at: at('timed'), owner, value: '2', ttlMs: 0 });
  assert.equal(timed!.ttlMs! > 50_000 && timed!.ttlMs! <= 61_000, true);
  assert.equal(Number(await redis.zscore(NODES, paused.process)) > Date.now(), true);
});

test('subscriptions of a dead node are told of once, by a node that tells somebody of them', async () => {
  const dead = await node({ isAlive: false });
  for (let n = 0; n < 50; n += 1) dead.store.owned!.joined(`${dead.process}.1/${n}`, json(`${n}`));
  dead.store.owned!.left(`${dead.process}.1/0`);
  await set(dead.store, 'later', '1');
  await redis.zadd(NODES, 1, dead.process);
  const survivors = await Promise.all([node(), node(), node()]);
  const told = () => survivors.flatMap(({ crashed }) => crashed);
  while (told().length < 49) await new Promise((resolve) => setTimeout(resolve, 5));
  await untilSwept();
  assert.deepEqual(
    told()
      .map(Number)
      .sort((a, b) => a - b),
    Array.from({ length: 49 }, (_, n) => n + 1),
  );
  assert.deepEqual(await redis.keys('iii-stream:owned:*'), []);
});

test('what whoever took over left undone, another does', async () => {
  const dead = await node({ isAlive: false });
  await dead.own('a');
  await dead.own('b');
  const owned = `iii-stream:owned:{${dead.process}}`;
  await redis.smove(owned, `${owned}:departed`, JSON.stringify(['chat:room', 'a']));
  await redis.sadd(owned, 'nothing of ours', '["chat:room"]', '7');
  await redis.zrem(NODES, dead.process);
  await redis.zadd(NODES, 1, `!${dead.process}`);
  const survivor = await node();
  await survivor.recorder.until(() => left(survivor.recorder).length === 2, 'the end of both');
  await untilSwept();
  assert.deepEqual(await redis.keys(`${owned}*`), [`${owned}:lost`]);
});

test('a node without items of connections has no lease, and an entry that could not be made is made later', async () => {
  const one = await node({ leaseMs: 400 });
  await set(one.store, 'plain', '1');
  assert.equal(await redis.exists(NODES), 0);
  await redis.set(`iii-stream:owned:{${one.process}}`, 'of another type');
  await one.own('a');
  await redis.del(`iii-stream:owned:{${one.process}}`);
  while ((await redis.scard(`iii-stream:owned:{${one.process}}`)) === 0)
    await new Promise((resolve) => setTimeout(resolve, 5));
  one.store.owned!.forget(at('a'));
  while ((await redis.exists(`iii-stream:owned:{${one.process}}`)) === 1)
    await new Promise((resolve) => setTimeout(resolve, 5));
});
