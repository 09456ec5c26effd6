import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Redis } from 'ioredis';
import type { GroupAddress } from '../../domain/change.js';
import type { Store } from '../port.js';
import { Recorder } from '../testing/recorder.js';
import { RedisServer } from '../testing/redis-server.js';
import { at, GROUP, ids, increment, remove, set, upTo } from '../testing/writing.js';
import { openRedisStore } from './index.js';
import { KeySpace } from './keys.js';

const { channel: CHANNEL, index: INDEX_KEY } = new KeySpace();
const KEY = 'stream:chat:room';
const CURRENT = { epoch: '', seq: 0 };

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

beforeEach(async () => {
  await redis.flushall();
});

async function withStore(
  run: (store: Store, recorder: Recorder) => Promise<void>,
  options: { now?: () => number; auditIntervalMs?: number; scanIntervalMs?: number } = {},
): Promise<void> {
  await using store = await openRedisStore({ url: server.url, ...options });
  const recorder = new Recorder();
  store.listen(recorder);
  await run(store, recorder);
}

test('what another engine stored is simply there, and listed', async () => {
  await redis.hset(KEY, { b: '{"id":"b"}', a: '[]' });
  await redis.hset('stream:a:b:c', 'i', '1');
  await redis.set('stream:no:hash', 'x');
  await redis.hset('streams:x:y', 'i', '1');
  await withStore(async (store) => {
    assert.equal(await store.get(at('b')), '{"id":"b"}');
    assert.deepEqual(await store.listAll(), [
      { id: 'a', groups: ['b:c'] },
      { id: 'chat', groups: ['room'] },
    ]);
    assert.deepEqual(await store.list(GROUP), ['[]', '{"id":"b"}']);
    const snapshot = await store.snapshot(GROUP);
    assert.equal(snapshot.seq, 0);
    await set(store, 'z', '1');
    const updated = await set(store, 'b', '2');
    assert.equal(updated.change?.kind, 'update');
    assert.equal(updated.old, '{"id":"b"}');
    assert.deepEqual(await ids(store), ['z', 'b', 'a']);
    const since = await store.changesSince(GROUP, snapshot);
    assert.deepEqual(since.kind === 'changes' && since.changes.map(({ kind, item }) => [kind, item]), [
      ['create', 'z'],
      ['update', 'b'],
    ]);
    assert.equal((await increment(store, 'b')).change?.value, '3');
    assert.equal((await remove(store, 'a')).old, '[]');
  });
});

test('what we store is read with a plain HGET, and deleted items are gone', async () => {
  await withStore(async (store) => {
    await set(store, 'a', '{"n":12345678901234567890}');
    await set(store, 'b', '"é\\u0000"');
    await remove(store, 'b');
    await set(store, 'x', '1', { stream: 'a:b', group: 'c' });
  });
  assert.deepEqual(await redis.hgetall(KEY), { a: '{"n":12345678901234567890}' });
  assert.deepEqual((await redis.keys('stream:*')).sort(), ['stream:a%3Ab:c', KEY]);
});

test('what another engine changes under us is seen by reads, updates and resumes', async () => {
  await withStore(async (store) => {
    await set(store, 'a', '1');
    await set(store, 'b', '1');
    const before = await store.snapshot(GROUP);
    await redis.hset(KEY, 'a', '41');
    assert.equal((await increment(store, 'a')).change?.value, '42');
    await redis.hdel(KEY, 'b');
    assert.deepEqual(await ids(store), ['a']);
    assert.equal((await set(store, 'b', '2')).change?.kind, 'create');
    const since = await store.changesSince(GROUP, { epoch: before.epoch, seq: 1 });
    assert.deepEqual(
      since.kind === 'changes' && since.changes.map(({ kind, item, value }) => [kind, item, value]),
      [
        ['delete', 'b', '{"id":"b"}'],
        ['update', 'a', '42'],
        ['create', 'b', '2'],
      ],
    );
    await redis.del(KEY);
    assert.deepEqual(await store.listGroups('chat'), []);
    assert.equal(await redis.zcard(INDEX_KEY), 0);
  });
});

test('events of other engines reach the listener, under timestamps that keep rising', async () => {
  const message = (event: string, id = '"a"') =>
    `{"type":"stream","timestamp":3,"streamName":"chat","groupId":"room","id":${id},"event":${event}}`;
  await withStore(
    async (store, recorder) => {
      const { change } = await set(store, 'a', '1');
      await redis.publish(CHANNEL, 'garbage');
      await redis.publish(CHANNEL, message('{"type":"update","data":{"n":1.0}}'));
      await redis.publish(CHANNEL, message('{"type":"delete","data":1}'));
      await redis.publish(CHANNEL, message('{"type":"event","event":{"type":"t","data":[]}}', 'null'));
      await recorder.until(() => recorder.events.length === 1, 'the event');
      const later = await set(store, 'a', '2');
      await recorder.until(() => recorder.changes.length === 4, 'the changes');
      assert.deepEqual(
        recorder.changes.map(({ kind, value, seq, epoch }) => [kind, value, seq, epoch]),
        [
          ['create', '1', 1, change?.epoch],
          ['update', '{"n":1.0}', 0, ''],
          ['delete', '1', 0, ''],
          ['update', '2', 2, change?.epoch],
        ],
      );
      assert.deepEqual([recorder.events[0]?.item, recorder.events[0]?.data], [undefined, '[]']);
      const [first, second, third, fourth] = recorder.changes.map(({ timestamp }) => timestamp);
      const order = [first!, second!, third!, recorder.events[0]!.timestamp, fourth!];
      assert.deepEqual(
        order,
        [...new Set(order)].sort((x, y) => x - y),
      );
      assert.equal(later.change?.timestamp, fourth);
      assert.deepEqual(recorder.commits.length, 2);
    },
    { now: () => 1_000 },
  );
});

test('a group that another engine creates is listed once it tells of it', async () => {
  await withStore(async (store, recorder) => {
    assert.deepEqual(await store.listGroups('chat'), []);
    await redis.hset(KEY, 'a', '1');
    await redis.publish(
      CHANNEL,
      '{"type":"stream","timestamp":1,"streamName":"chat","groupId":"room","id":"a","event":{"type":"create","data":1}}',
    );
    await recorder.until(() => recorder.changes.length === 1, 'the change');
    while ((await redis.zcard(INDEX_KEY)) === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(await store.listGroups('chat'), ['room']);
  });
});

test('a group that another engine creates is listed once somebody asks for it', async () => {
  await withStore(async (store) => {
    assert.deepEqual(await store.listGroups('chat'), []);
    for (const [group, ask] of [
      ['listed', (at: GroupAddress) => store.list(at)],
      ['joined', (at: GroupAddress) => store.snapshot(at)],
    ] as const) {
      await redis.hset(`stream:chat:${group}`, 'a', '1');
      await ask({ stream: 'chat', group });
    }
    while ((await redis.zcard(INDEX_KEY)) < 2) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(await store.listGroups('chat'), ['joined', 'listed']);
  });
});

test('the search for groups of others goes on in the background', async () => {
  await withStore(
    async (store) => {
      assert.deepEqual(await store.listGroups('chat'), []);
      await redis.hset(KEY, 'a', '1');
      while ((await redis.zcard(INDEX_KEY)) === 0) await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(await store.listGroups('chat'), ['room']);
    },
    { scanIntervalMs: 20 },
  );
});

test('the message on the channel is the socket message', async () => {
  const listener = server.client();
  try {
    await listener.subscribe(CHANNEL);
    const arrived = new Promise<string>((resolve) =>
      // The probe of the start publishes as well.
      listener.on('message', (_, text: string) => {
        if (text.includes('"streamName":"chat"')) resolve(text);
      }),
    );
    await withStore(async (store) => {
      const { change } = await set(store, 'a', '{"a": 1.0}');
      assert.equal(
        await arrived,
        `{"type":"stream","timestamp":${change?.timestamp},"streamName":"chat","groupId":"room","id":"a","event":{"type":"create","data":{"a": 1.0}},"seq":1,"epoch":"${change?.epoch}"}`,
      );
    });
  } finally {
    listener.disconnect();
  }
});

test('an emptied group leaves nothing that stays for ever', async () => {
  await withStore(async (store) => {
    await set(store, 'a', '1');
    await remove(store, 'a');
    await store.snapshot({ stream: 'never', group: 'written' });
    const keys = (await redis.keys('{*')).filter((key) => key.includes('stream:'));
    assert.equal(keys.length, 4);
    for (const key of keys) assert.equal((await redis.pttl(key)) > 0, true, key);
    await set(store, 'a', '2');
    assert.equal(await redis.pttl('{stream:chat:room}:head'), -1);
  });
});

test('listing a stream does not pass over unrelated keys', async () => {
  await redis.mset(Object.fromEntries(upTo(20_000).map((n) => [`other:${n}`, '1'])));
  await withStore(async (store) => {
    await set(store, 'a', '1');
    await store.listGroups('chat');
    await redis.config('RESETSTAT');
    await store.listGroups('chat');
    await store.listAll();
    const stats = await redis.info('commandstats');
    assert.deepEqual(
      [...stats.matchAll(/cmdstat_(\w+):/g)]
        .map(([, name]) => name)
        .filter((name) => name === 'keys' || name === 'scan'),
      [],
    );
  });
});

test('a watched group whose feed fell silent is noticed', async () => {
  await withStore(
    async (store, recorder) => {
      store.watch(GROUP);
      await set(store, 'a', '1');
      const { epoch } = await store.snapshot(GROUP);
      await redis.hset('{stream:chat:room}:head', 'seq', '9');
      await recorder.until(() => recorder.gaps.length === 1, 'the gap');
      assert.deepEqual(recorder.gaps, [GROUP]);
      const since = await store.changesSince(GROUP, { epoch, seq: 1 });
      assert.equal(since.kind === 'changes' && since.seq, 9);
      assert.equal((await store.changesSince(GROUP, CURRENT)).kind, 'reset');
    },
    { auditIntervalMs: 20 },
  );
});
