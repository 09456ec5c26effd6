import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { WebSocket } from 'ws';
import { FUNCTION } from '../../generated/constants.js';
import { RedisServer } from '../store/testing/redis-server.js';
import { Caller } from './testing/caller.js';
import { Mirror } from './testing/mirror.js';
import { config, type RunningServer, startServer, temporaryDirectory } from './testing/server.js';
import { SocketClient } from './testing/socket-client.js';

const GROUPS = Array.from({ length: 10 }, (_, i) => `g${i}`);
const OUTAGE_MS = 5_000;

/** Runs `use` against two server processes over one Redis. */
async function onTwoNodes(
  use: (nodes: readonly RunningServer[], callers: readonly Caller[], redis: RedisServer) => Promise<void>,
): Promise<void> {
  await using redis = await RedisServer.start();
  await using directory = await temporaryDirectory();
  const yaml = config(`name: redis\nconfig: { redis_url: "${redis.url}", command_timeout_ms: 2000 }`);
  const start = () => startServer({ yaml, directory: directory.path });
  await using one = await start();
  await using two = await start();
  await using first = await Caller.open(one.engineUrl);
  await using second = await Caller.open(two.engineUrl);
  await use([one, two], [first, second], redis);
}

test('2 nodes, 50 subscribers on each, 20,000 changes written on both: everybody sees every seq, once, in order', async () => {
  const subscribers = 50;
  const changes = 20_000;
  await onTwoNodes(async (nodes, callers) => {
    const seen: { group: string; seqs: number[]; socket: WebSocket; done: Promise<void> }[] = [];
    const perGroup = changes / GROUPS.length;
    for (const node of nodes) {
      for (let i = 0; i < subscribers; i++) {
        const group = GROUPS[i % GROUPS.length] as string;
        const socket = new WebSocket(`${node.streamUrl}/stream/s/${group}`);
        const seqs: number[] = [];
        const done = new Promise<void>((resolve) => {
          socket.on('message', (data) => {
            const { event, seq } = JSON.parse(String(data)) as { event: { type: string }; seq: number };
            if (event.type !== 'sync') seqs.push(seq);
            if (seq === perGroup) resolve();
          });
        });
        await once(socket, 'message');
        seen.push({ group, seqs, socket, done });
      }
    }
    await Promise.all(
      callers.map(async (caller, c) => {
        for (let n = c; n < changes; n += 2 * 64) {
          const batch = [];
          for (let i = n; i < Math.min(changes, n + 2 * 64); i += 2) {
            const group = GROUPS[Math.floor(i / 2) % GROUPS.length] as string;
            batch.push(caller.set('s', group, `i${i % 50}`, { n: i }));
          }
          await Promise.all(batch);
        }
      }),
    );
    await Promise.all(seen.map(({ done }) => done));
    const expected = Array.from({ length: perGroup }, (_, i) => i + 1);
    for (const { seqs, socket } of seen) {
      assert.deepEqual(seqs, expected);
      socket.terminate();
    }
  });
});

test('2 nodes × 64 concurrent increments × 1,000 on one item = 128,000', async () => {
  await onTwoNodes(async (_, callers) => {
    const at = { stream_name: 's', group_id: 'g', item_id: 'counter' };
    const increment = [{ type: 'increment', path: 'n', by: 1 }];
    await Promise.all(
      callers.flatMap((caller) =>
        Array.from({ length: 64 }, async () => {
          for (let n = 0; n < 1_000; n++) await caller.call(FUNCTION.update, { ...at, ops: increment });
        }),
      ),
    );
    assert.deepEqual(await callers[0]?.call(FUNCTION.get, at), { n: 128_000 });
  });
});

test(`Redis away for ${OUTAGE_MS / 1000} s under load: nothing acknowledged is lost, everybody converges by itself`, async () => {
  await onTwoNodes(async (nodes, callers, redis) => {
    const mirrors = nodes.flatMap((node) => GROUPS.map((group) => new Mirror(node.streamUrl, 's', group)));
    await Promise.all(mirrors.map((mirror) => mirror.connect()));
    const acknowledged = new Map<string, number>();
    let failed = 0;
    let writing = true;
    let longest = 0;
    const writers = callers.map(async (caller, c) => {
      for (let n = 0; writing; n++) {
        const [group, item] = [GROUPS[n % GROUPS.length] as string, `${c}-${n % 40}`];
        const started = performance.now();
        await caller.set('s', group, item, { n }).then(
          () => acknowledged.set(`${group}/${item}`, n),
          () => failed++,
        );
        longest = Math.max(longest, performance.now() - started);
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await redis.kill();
    await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));
    await redis.start();
    const before = acknowledged.size;
    const back = performance.now();
    while (acknowledged.size === before && performance.now() - back < 1_000) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    writing = false;
    await Promise.all(writers);
    assert.ok(failed > 0, 'writes during the outage failed');
    assert.ok(longest < 4_000, `a write took ${longest} ms to fail`);
    for (const group of GROUPS) await callers[0]?.set('s', group, 'last', {});
    for (const [i, group] of GROUPS.entries()) {
      const list = (await callers[1]?.list('s', group)) as { n: number }[];
      for (const node of [0, 1]) {
        const mirror = mirrors[node * GROUPS.length + i] as Mirror;
        const fresh = new Mirror(nodes[node]?.streamUrl as string, 's', group);
        await fresh.connect();
        await mirror.reach(fresh.seq);
        assert.deepEqual(mirror.list, list);
        for (const [key, n] of acknowledged) {
          const [itsGroup, item] = key.split('/') as [string, string];
          if (itsGroup !== group) continue;
          const stored = mirror.get(item) as { n: number } | undefined;
          assert.ok(stored !== undefined && stored.n >= n, `${key}: acknowledged ${n}, stored ${stored?.n}`);
        }
        fresh.cut();
        mirror.cut();
      }
    }
  });
});

test('the layout that deployed engines use: their items are there, ours are readable, their events arrive', async () => {
  await onTwoNodes(async (nodes, callers, server) => {
    const redis = new Redis(server.url);
    try {
      await redis.hset('stream:chat:room', 'old', '{"id":"old"}');
      const [caller] = callers as [Caller];
      const at = { stream_name: 'chat', group_id: 'room' };
      assert.deepEqual(await caller.call(FUNCTION.get, { ...at, item_id: 'old' }), { id: 'old' });
      assert.deepEqual(await caller.list('chat', 'room'), [{ id: 'old' }]);
      await caller.set('chat', 'room', 'new', { id: 'new' });
      assert.equal(await redis.hget('stream:chat:room', 'new'), '{"id":"new"}');
      await using client = await SocketClient.open(`${nodes[1]?.streamUrl}/stream/chat/room`);
      const sync = await client.find((message) => message.event.type === 'sync');
      assert.deepEqual(
        new Set((sync.event.data as { id: string }[]).map(({ id }) => id)),
        new Set(['old', 'new']),
      );
      const data = { id: 'theirs' };
      const message = {
        type: 'stream',
        timestamp: Date.now(),
        streamName: 'chat',
        groupId: 'room',
        id: 'theirs',
        event: { type: 'create', data },
      };
      await redis.publish('stream::events', JSON.stringify(message));
      const theirs = await client.find(({ event }) => event.type === 'create');
      assert.deepEqual(theirs.event.data, data);
    } finally {
      redis.disconnect();
    }
  });
});
