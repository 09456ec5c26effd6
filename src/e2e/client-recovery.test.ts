import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { RedisServer } from '../store/testing/redis-server.js';
import { Caller } from './testing/caller.js';
import { Mirror } from './testing/mirror.js';
import { config, FILE_BASED, type RunningServer, startServer, temporaryDirectory } from './testing/server.js';

// What is reported again and again about recoveries that need a session on the server, or an offset of a message.

let server: RunningServer;
let caller: Caller;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
before(async () => {
  directory = await temporaryDirectory();
  server = await startServer({ yaml: config(FILE_BASED), directory: directory.path });
  caller = await Caller.open(server.engineUrl);
});
after(async () => {
  for (const one of [caller, server, directory]) await one[Symbol.asyncDispose]();
});

/** A group with these items, a mirror of it, and what it costs the mirror to come back to it. */
async function scene(group: string, ...ids: string[]) {
  for (const id of ids) await caller.set('s', group, id, { id });
  const mirror = new Mirror(server.streamUrl, 's', group);
  await mirror.connect();
  await mirror.reach(ids.length);
  return {
    mirror,
    set: (id: string, n: number) => caller.set('s', group, id, { id, n }),
    /** Resolves when the mirror is back at `seq`, by changes and not by a sync. */
    async recovers(seq: number): Promise<void> {
      await mirror.connect();
      await mirror.reach(seq);
      assert.deepEqual(mirror.list, await caller.list('s', group));
      assert.equal(mirror.fullSyncs, 1, 'only the first join was a full sync');
    },
    [Symbol.dispose]: () => mirror.cut(),
  };
}

test('recovery after a long idle: nothing came since the sync, and much was missed', async () => {
  using stage = await scene('idle', 'a', 'b');
  const { mirror, set, recovers } = stage;
  mirror.cut();
  const seen = mirror.messages;
  await Promise.all(Array.from({ length: 300 }, (_, n) => set(`i${n % 40}`, n)));
  await recovers(302);
  assert.equal(mirror.resumes, 1);
  assert.ok(mirror.messages - seen <= 2 * 40, 'each item comes as its creation and as what it is now');
});

test('offline before the first message: the group was empty', async () => {
  using stage = await scene('empty');
  const { mirror, set, recovers } = stage;
  mirror.cut();
  await set('a', 1);
  await recovers(1);
  assert.equal(mirror.resumes, 1);
});

test('a second recovery, and a third, of the same client', async () => {
  using stage = await scene('again', 'a');
  const { mirror, set, recovers } = stage;
  for (let round = 1; round <= 3; round++) {
    mirror.cut();
    await set('a', round);
    await recovers(1 + round);
    assert.equal(mirror.resumes, round);
  }
});

test('a node down: the client recovers at another one', async () => {
  await using redis = await RedisServer.start();
  await using directory = await temporaryDirectory();
  const yaml = config(`name: redis\nconfig: { redis_url: "${redis.url}" }`);
  await using one = await startServer({ yaml, directory: directory.path });
  await using two = await startServer({ yaml, directory: directory.path });
  await using caller = await Caller.open(two.engineUrl);
  await caller.set('s', 'g', 'a', { id: 'a' });
  const mirror = new Mirror(one.streamUrl, 's', 'g');
  await mirror.connect();
  await mirror.reach(1);
  await one.kill();
  await caller.set('s', 'g', 'b', { id: 'b' });
  mirror.cut();
  mirror.url = two.streamUrl;
  await mirror.connect();
  await mirror.reach(2);
  assert.deepEqual(mirror.list, await caller.list('s', 'g'));
  assert.deepEqual([mirror.fullSyncs, mirror.resumes], [1, 1]);
  mirror.cut();
});
