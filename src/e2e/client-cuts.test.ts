import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RedisServer } from '../store/testing/redis-server.js';
import { Caller } from './testing/caller.js';
import { Mirror } from './testing/mirror.js';
import {
  config,
  FILE_BASED,
  IN_MEMORY,
  type RunningServer,
  startServer,
  temporaryDirectory,
} from './testing/server.js';

/** The long run of this test is `CLIENT_WRITES=100000 CLIENT_CUTS=1000`. */
const WRITES = Number(process.env.CLIENT_WRITES ?? 6_000);
const CUTS = Number(process.env.CLIENT_CUTS ?? 60);
const GROUPS = ['g0', 'g1', 'g2', 'g3'];
const IN_FLIGHT = 64;

const TEXT = 'words '.repeat(40);

/** Half of them are updates, which are short beside what they change. */
function write(caller: Caller, group: string, item: string, at: number): Promise<unknown> {
  const kind = Math.floor(at / GROUPS.length) % 10;
  if (kind === 0) return caller.delete('s', group, item);
  if (kind < 5) return caller.set('s', group, item, { at, text: TEXT, list: [] });
  if (kind === 5) return caller.update('s', group, item, [{ type: 'increment', path: 'at', by: 1 }]);
  const path = kind === 6 ? 'list' : 'text';
  return caller.update('s', group, item, [{ type: 'append', path, value: ` t${at}` }]);
}

/** Writes to all groups through all nodes while clients are cut off at random, and compares what they end with. */
async function cutAtRandom(nodes: readonly RunningServer[]): Promise<void> {
  const callers = await Promise.all(nodes.map(({ engineUrl }) => Caller.open(engineUrl)));
  const mirrors = nodes.flatMap(({ streamUrl }) =>
    GROUPS.flatMap((group) =>
      [false, true].map((ops) => ({ group, of: new Mirror(streamUrl, 's', group, ops) })),
    ),
  );
  await Promise.all(mirrors.map(({ of }) => of.connect()));
  let isWriting = true;
  const writing = (async () => {
    for (let n = 0; n < WRITES; n += IN_FLIGHT) {
      await Promise.all(
        Array.from({ length: IN_FLIGHT }, (_, i) => {
          const at = n + i;
          const caller = callers[at % callers.length] as Caller;
          const [group, item] = [GROUPS[at % GROUPS.length] as string, `i${(at * 7) % 60}`];
          return write(caller, group, item, at);
        }),
      );
    }
    isWriting = false;
  })();
  for (let cut = 0; cut < CUTS || isWriting; cut++) {
    const { of } = mirrors[Math.floor(Math.random() * mirrors.length)] as (typeof mirrors)[number];
    of.cut();
    // A node down: any of them serves any client.
    of.url = (nodes[Math.floor(Math.random() * nodes.length)] as RunningServer).streamUrl;
    await of.connect();
  }
  await writing;
  for (const group of GROUPS) {
    const [caller] = callers as [Caller];
    await caller.set('s', group, 'last', {});
    const [list, fresh] = [await caller.list('s', group), new Mirror(nodes[0]!.streamUrl, 's', group)];
    await fresh.connect();
    await fresh.reach(1);
    for (const { of } of mirrors.filter((mirror) => mirror.group === group)) {
      await of.reach(fresh.seq);
      assert.deepEqual(of.list, list);
      assert.equal(of.fullSyncs, 1, 'only the first join was a full sync');
      of.cut();
    }
    fresh.cut();
  }
  assert.ok(
    mirrors.some(({ of }) => of.replayed > 0),
    'some updates came as ops',
  );
  await Promise.all(callers.map((caller) => caller[Symbol.asyncDispose]()));
}

for (const [name, adapter] of [
  ['in memory', IN_MEMORY],
  ['in files', FILE_BASED],
] as const) {
  test(`${WRITES} writes, ${CUTS} cuts, ${name}: no client differs in content or order`, async () => {
    await using directory = await temporaryDirectory();
    await using server = await startServer({ yaml: config(adapter), directory: directory.path });
    await cutAtRandom([server]);
  });
}

test(`${WRITES} writes, ${CUTS} cuts, two nodes on Redis: no client differs in content or order`, async () => {
  await using redis = await RedisServer.start();
  await using directory = await temporaryDirectory();
  const yaml = config(`name: redis\nconfig: { redis_url: "${redis.url}" }`);
  await using one = await startServer({ yaml, directory: directory.path });
  await using two = await startServer({ yaml, directory: directory.path });
  await cutAtRandom([one, two]);
});

test('an hour away from a group of 10,000 items with 10 changes costs at most 5 KB', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: config(IN_MEMORY), directory: directory.path });
  await using caller = await Caller.open(server.engineUrl);
  for (let n = 0; n < 10_000; n += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, i) => caller.set('s', 'g', `i${n + i}`, { n: n + i })));
  }
  const mirror = new Mirror(server.streamUrl, 's', 'g');
  await mirror.connect();
  await mirror.reach(10_000);
  mirror.cut();
  for (let n = 0; n < 10; n++) await caller.set('s', 'g', `i${n}`, { n: -n });
  await mirror.connect();
  await mirror.reach(10_010);
  assert.deepEqual(mirror.list, await caller.list('s', 'g'));
  const { bytesRead } = mirror;
  assert.ok(bytesRead > 0 && bytesRead <= 5_000, `${bytesRead} bytes`);
  mirror.cut();
});
