import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamError } from '../../domain/errors.js';
import { Recorder } from '../testing/recorder.js';
import { RedisClusterServers } from '../testing/redis-server.js';
import { increment, set, upTo } from '../testing/writing.js';
import { openRedisStore } from './index.js';

const GROUPS = upTo(12).map((n) => ({ stream: 's', group: `g${n}` }));

/** Increments every group until told to stop; failures must be `unavailable`. */
function load(store: Awaited<ReturnType<typeof openRedisStore>>) {
  let running = true;
  const acknowledged = new Map(GROUPS.map(({ group }) => [group, 0]));
  const writers = GROUPS.map(async (at) => {
    while (running) {
      try {
        await increment(store, 'n', at);
        acknowledged.set(at.group, acknowledged.get(at.group)! + 1);
      } catch (error) {
        assert.equal(error instanceof StreamError && error.reason === 'unavailable', true, String(error));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  });
  return {
    stop: async () => {
      running = false;
      await Promise.all(writers);
      return acknowledged;
    },
  };
}

test('a Cluster that loses a master goes on with its replica', { timeout: 60_000 }, async () => {
  await using servers = await RedisClusterServers.start(1);
  await using store = await openRedisStore({
    url: servers.url,
    commandTimeoutMs: 1_000,
    auditIntervalMs: 200,
  });
  const recorder = new Recorder();
  store.listen(recorder);
  for (const group of GROUPS) {
    store.watch(group);
    await set(store, 'a', '1', group);
  }
  const running = load(store);
  await recorder.until(() => recorder.changes.length > 500, 'some changes');
  await servers.servers[0]!.kill();
  const missing = new Set(GROUPS.map(({ group }) => group));
  // Every group, also those of the lost master, takes writes again.
  while (missing.size > 0) {
    for (const group of GROUPS) {
      if (!missing.has(group.group)) continue;
      await set(store, 'b', '1', group).then(
        () => missing.delete(group.group),
        () => new Promise((resolve) => setTimeout(resolve, 50)),
      );
    }
  }
  assert.equal((await running.stop()).size, GROUPS.length);
  for (const group of GROUPS) {
    const { change } = await set(store, 'c', '1', group);
    const arrived = () =>
      recorder.changes.some((one) => one.group === group.group && one.seq === change?.seq) ||
      recorder.gaps.length > 0;
    await recorder.until(arrived, 'the newest change, or word of a gap');
    const snapshot = await store.snapshot(group);
    assert.equal(snapshot.seq, change?.seq);
  }
  assert.deepEqual(await store.listGroups('s'), GROUPS.map(({ group }) => group).sort());
});

test('a Cluster whose master restarts is used again, and loses nothing acknowledged', {
  timeout: 60_000,
}, async () => {
  await using servers = await RedisClusterServers.start();
  await using store = await openRedisStore({ url: servers.servers[1]!.url, commandTimeoutMs: 1_000 });
  const recorder = new Recorder();
  store.listen(recorder);
  const running = load(store);
  await recorder.until(() => recorder.commits.length > 500, 'some commits');
  await servers.servers[0]!.kill();
  while (store.health().writable) await new Promise((resolve) => setTimeout(resolve, 10));
  await servers.servers[0]!.start();
  const missing = new Set(GROUPS);
  while (missing.size > 0) {
    for (const group of missing) {
      await set(store, 'b', '1', group).then(
        () => missing.delete(group),
        () => new Promise((resolve) => setTimeout(resolve, 50)),
      );
    }
  }
  const acknowledged = await running.stop();
  for (const group of GROUPS) {
    const counted = Number(await store.get({ ...group, item: 'n' }));
    assert.equal(counted >= acknowledged.get(group.group)!, true, group.group);
  }
});
