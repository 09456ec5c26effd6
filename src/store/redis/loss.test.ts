import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store } from '../port.js';
import { Recorder } from '../testing/recorder.js';
import { RedisServer } from '../testing/redis-server.js';
import { TcpSwitch } from '../testing/tcp-switch.js';
import { at, GROUP, remove, set, upTo } from '../testing/writing.js';
import { openRedisStore, type RedisStoreOptions } from './index.js';

const HEAD = '{stream:chat:room}:head';

async function opened(url: string, options: Partial<RedisStoreOptions> = {}) {
  const store = await openRedisStore({ url, commandTimeoutMs: 1_000, ...options });
  const recorder = new Recorder();
  store.listen(recorder);
  return { store, recorder, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}

/** Resolves when the node told of a gap and can be asked. */
async function noticed({ store, recorder }: Awaited<ReturnType<typeof opened>>): Promise<void> {
  await recorder.until(() => recorder.gaps.includes(undefined), 'a gap');
  while (!store.health().writable) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The cursor that a client holds which saw everything. */
async function cursor(store: Store) {
  const { epoch, seq, timestamp } = await store.snapshot(GROUP);
  return { epoch, seq, timestamp };
}

/** Asserts that a client which saw `seen` gets everything anew, under a later timestamp. */
async function assertReset(store: Store, seen: Awaited<ReturnType<typeof cursor>>): Promise<void> {
  const since = await store.changesSince(GROUP, seen);
  assert.equal(since.kind === 'reset' && since.reason, 'epoch');
  assert.ok(since.kind === 'reset');
  assert.notEqual(since.snapshot.epoch, seen.epoch);
  assert.ok(since.snapshot.timestamp > seen.timestamp, `${since.snapshot.timestamp} > ${seen.timestamp}`);
  const again = await store.changesSince(GROUP, since.snapshot);
  assert.equal(again.kind === 'changes' && again.changes.length, 0);
}

/** Writes some items, then has `keep` remember them, and writes 20 more that are to be lost. */
async function writeAndLose(store: Store, keep: () => Promise<unknown>) {
  for (const n of upTo(15)) await set(store, `i${n}`, `{"id":"i${n}"}`);
  await keep();
  for (const n of upTo(20)) await set(store, `lost${n}`, `{"id":"lost${n}"}`);
  return cursor(store);
}

test('a Redis that comes back with less starts a new epoch on every node, without a write', async () => {
  await using server = await RedisServer.start('--appendonly', 'no');
  await using one = await opened(server.url);
  await using two = await opened(server.url);
  const redis = server.client();
  const seen = await writeAndLose(one.store, () => redis.save());
  redis.disconnect();
  await server.kill();
  await server.start();
  await Promise.all([one, two].map(noticed));
  for (const { store } of [one, two]) await assertReset(store, seen);
  assert.deepEqual(await cursor(one.store), await cursor(two.store));
  // More writes than were lost do not make the old cursor valid again.
  for (const n of upTo(30)) await set(one.store, `new${n}`, '1');
  assert.equal((await two.store.changesSince(GROUP, seen)).kind, 'reset');
});

test('a replica that is promoted while it is behind starts a new epoch', async () => {
  await using master = await RedisServer.start();
  await using replica = await RedisServer.start(
    '--replicaof',
    '127.0.0.1',
    String(master.port),
    '--repl-diskless-sync-delay',
    '0',
  );
  await using address = await TcpSwitch.open(master.port);
  await using node = await opened(address.url);
  const promoted = replica.client();
  const seen = await writeAndLose(node.store, async () => {
    while ((await promoted.hlen('stream:chat:room')) < 15) await new Promise((r) => setTimeout(r, 10));
    await promoted.replicaof('NO', 'ONE');
  });
  promoted.disconnect();
  address.to(replica.port);
  await noticed(node);
  await assertReset(node.store, seen);
});

test('a node that starts after the loss finds it out', async () => {
  await using server = await RedisServer.start('--appendonly', 'no');
  const redis = server.client();
  let seen: Awaited<ReturnType<typeof cursor>>;
  {
    await using before = await opened(server.url);
    seen = await writeAndLose(before.store, () => redis.save());
  }
  redis.disconnect();
  await server.kill();
  await server.start();
  await using after = await opened(server.url);
  const since = await after.store.changesSince(GROUP, seen);
  assert.equal(since.kind, 'reset');
});

test('a connection that breaks, and a node that starts anew, cost no sync', async () => {
  await using server = await RedisServer.start();
  await using address = await TcpSwitch.open(server.port);
  let seen: Awaited<ReturnType<typeof cursor>>;
  {
    await using node = await opened(address.url);
    await set(node.store, 'a', '1');
    seen = await cursor(node.store);
    address.cut();
    await noticed(node);
    assert.equal((await node.store.changesSince(GROUP, seen)).kind, 'changes');
  }
  await using again = await opened(address.url);
  assert.equal((await again.store.changesSince(GROUP, seen)).kind, 'changes');
});

test('a database that was emptied is a new store for every node', async () => {
  await using server = await RedisServer.start();
  await using one = await opened(server.url);
  await using two = await opened(server.url);
  await set(one.store, 'a', '1');
  const seen = await cursor(one.store);
  const redis = server.client();
  await redis.flushall();
  redis.disconnect();
  await Promise.all([one, two].map(noticed));
  for (const { store } of [one, two]) await assertReset(store, seen);
});

test('a group whose head went back starts a new epoch', async () => {
  await using server = await RedisServer.start();
  await using node = await opened(server.url, { auditIntervalMs: 20 });
  node.store.watch(GROUP);
  for (const n of upTo(5)) await set(node.store, 'a', String(n));
  const seen = await cursor(node.store);
  const redis = server.client();
  await redis.hset(HEAD, 'seq', '3');
  redis.disconnect();
  await noticed(node);
  await assertReset(node.store, seen);
});

for (const missing of [
  ['head'],
  ['meta'],
  ['revs'],
  ['gone'],
  ['dead'],
  ['meta', 'revs'],
  ['gone', 'dead'],
]) {
  test(`a group without its ${missing.join(' and ')} starts a new epoch and goes on`, async () => {
    await using server = await RedisServer.start();
    await using node = await opened(server.url);
    const redis = server.client();
    const drop = () => redis.del(...missing.map((part) => `{stream:chat:room}:${part}`));
    try {
      for (const item of ['b', 'a', 'c']) await set(node.store, item, `{"id":"${item}"}`);
      await remove(node.store, 'c');
      await set(node.store, 'b', '2');
      let seen = await cursor(node.store);
      await drop();
      await assertReset(node.store, seen);
      await set(node.store, 'c', '3');
      await remove(node.store, 'a');
      seen = await cursor(node.store);
      await drop();
      // A commit finds out what it needs, and its seq is used once.
      const { change } = await set(node.store, 'a', '4');
      if (!['revs', 'gone'].includes(missing.join())) assert.notEqual(change?.epoch, seen.epoch);
      assert.ok(change !== undefined && change.seq > 0 && change.timestamp > seen.timestamp);
      // What was deleted and is back was all that `gone` knew.
      if (missing.join() !== 'gone') await assertReset(node.store, seen);
      const { items, seq } = await node.store.snapshot(GROUP);
      assert.equal(seq, change.seq);
      assert.deepEqual(
        items.map(({ value }) => value),
        await node.store.list(GROUP),
      );
      assert.deepEqual(items.map(({ id }) => id).sort(), ['a', 'b', 'c']);
    } finally {
      redis.disconnect();
    }
  });
}

test('a user who may not publish writes nothing', async () => {
  await using server = await RedisServer.start();
  const redis = server.client();
  await redis.call('ACL', 'SETUSER', 'app', 'on', '>pw', '~*', '&*', '+@all');
  await using node = await opened(`redis://app:pw@127.0.0.1:${server.port}`);
  await redis.call('ACL', 'SETUSER', 'app', '-publish');
  await assert.rejects(
    () => set(node.store, 'a', '1'),
    (error: { reason?: string }) => error.reason === 'unavailable',
  );
  assert.deepEqual(await redis.keys('*stream:chat*'), []);
  await redis.call('ACL', 'SETUSER', 'app', '+publish');
  assert.equal((await set(node.store, 'a', '1')).change?.seq, 1);
  const held = async () => {
    const keys = (await redis.keys('*stream:chat*')).sort();
    return Promise.all(keys.map(async (key) => [key, (await redis.dumpBuffer(key))?.toString('hex')]));
  };
  for (const command of ['hset', 'pexpire', 'zadd', 'hdel', 'zrem', 'persist', 'del']) {
    await redis.call('ACL', 'SETUSER', 'app', `-${command}`);
    for (const write of [
      () => set(node.store, 'b', '2'),
      () => remove(node.store, 'a'),
      () => set(node.store, 'a', '1'),
    ]) {
      const before = await held();
      const failed = await write().then(
        () => false,
        () => true,
      );
      if (failed) assert.deepEqual(await held(), before, command);
    }
    await redis.call('ACL', 'SETUSER', 'app', `+${command}`);
    await set(node.store, 'a', '1');
    await remove(node.store, 'b');
  }
  const { seq } = await node.store.snapshot(GROUP);
  assert.equal(await node.store.get(at('a')), '1');
  assert.equal((await set(node.store, 'a', '2')).change?.seq, seq + 1);
  redis.disconnect();
});

test('a user who may not ask which server it is gets full syncs, and no stale ones', async () => {
  await using server = await RedisServer.start();
  await using address = await TcpSwitch.open(server.port);
  const redis = server.client();
  await redis.call('ACL', 'SETUSER', 'app', 'on', '>pw', '~*', '&*', '+@all', '-info');
  redis.disconnect();
  await using node = await opened(`redis://app:pw@127.0.0.1:${address.port}`);
  await set(node.store, 'a', '1');
  const seen = await cursor(node.store);
  address.cut();
  await noticed(node);
  await assertReset(node.store, seen);
});

test('the sync of a group is older than each change after it, on every node', async () => {
  await using server = await RedisServer.start();
  await using one = await opened(server.url);
  await using two = await opened(server.url);
  for (const n of upTo(400)) {
    const group = { stream: 's', group: `g${n}` };
    const [snapshot, { change }] = await Promise.all([
      one.store.snapshot(group),
      set(n % 2 ? two.store : one.store, 'a', '1', group),
    ]);
    if (snapshot.seq === 0) assert.ok(change!.timestamp > snapshot.timestamp, `round ${n}`);
  }
});

test('a Redis that may evict is named at start, with what that breaks', async () => {
  for (const [policy, breaks] of [
    ['noeviction', undefined],
    ['volatile-lru', /full syncs/],
    ['allkeys-lru', /items .* may vanish/],
  ] as const) {
    await using server = await RedisServer.start('--maxmemory-policy', policy);
    const warned: string[] = [];
    await using _ = await opened(server.url, { logger: { info() {}, warn: (_, text) => warned.push(text) } });
    assert.equal(warned.length, breaks === undefined ? 0 : 1);
    if (breaks !== undefined) assert.match(warned[0] ?? '', breaks);
  }
});

test('databases of one Redis, and stores with prefixes, share no group and no message', async () => {
  await using server = await RedisServer.start();
  await using zero = await opened(server.url);
  await using one = await opened(`${server.url}/1`);
  await using prefixed = await opened(server.url, { keyPrefix: 'staging:' });
  // As an operator may have it who has other engines in that database.
  await using shared = await opened(`${server.url}/2`, { channelPrefix: '' });
  const nodes = [zero, one, prefixed, shared];
  for (const [n, { store }] of nodes.entries()) {
    await set(store, 'a', String(n));
    await store.publish({ ...GROUP, item: undefined, type: 'ping', data: String(n) as never });
  }
  for (const [n, { store, recorder }] of nodes.entries()) {
    await recorder.until(() => recorder.events.length > 0, 'its own event');
    assert.deepEqual(
      [...recorder.events.map(({ data }) => data), ...recorder.changes.map(({ value }) => value)],
      [String(n), String(n)],
    );
    assert.deepEqual(await store.list(GROUP), [String(n)]);
    assert.deepEqual(await store.listAll(), [{ id: 'chat', groups: ['room'] }]);
  }
});
