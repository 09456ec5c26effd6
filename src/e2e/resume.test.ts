import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Caller } from './testing/caller.js';
import { Mirror } from './testing/mirror.js';
import { config, FILE_BASED, type RunningServer, startServer, temporaryDirectory } from './testing/server.js';

const CLIENTS = 200;
const GROUPS = 20;
const CUTS = 10;
const KILLS = 2;

test('a resume after 10 changes in a group of 10,000 items is 10 messages', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: config(FILE_BASED), directory: directory.path });
  await using caller = await Caller.open(server.engineUrl);
  const writes = [];
  for (let i = 0; i < 10_000; i++) writes.push(caller.set('s', 'g', `i${i}`, { n: i }));
  await Promise.all(writes);
  const mirror = new Mirror(server.streamUrl, 's', 'g');
  await mirror.connect();
  await mirror.reach(10_000);
  assert.equal(mirror.list.length, 10_000);
  mirror.cut();
  for (let i = 0; i < 7; i++) await caller.set('s', 'g', `i${i}`, { n: -i });
  for (let i = 7; i < 9; i++) await caller.delete('s', 'g', `i${i}`);
  await caller.set('s', 'g', 'new', {});
  const before = mirror.messages;
  await mirror.connect();
  await mirror.reach(10_010);
  assert.equal(mirror.messages - before, 10);
  assert.equal(mirror.fullSyncs, 1);
  assert.deepEqual(mirror.list, await caller.list('s', 'g'));
  mirror.cut();
});

test(`${CLIENTS} clients, each cut ${CUTS} times, the server killed ${KILLS} times: every copy ends equal to the list`, async () => {
  await using directory = await temporaryDirectory();
  const base = { yaml: config(FILE_BASED), directory: directory.path };
  let server: RunningServer = await startServer(base);
  let caller = await Caller.open(server.engineUrl);
  let writing = true;
  let written = 0;
  let reconnect: () => void = () => {};
  let reconnected = new Promise<void>((resolve) => {
    reconnect = resolve;
  });
  const groups = Array.from({ length: GROUPS }, (_, i) => `g${i}`);
  const writer = (async () => {
    for (let n = 0; writing; n++) {
      const group = groups[n % GROUPS] as string;
      const item = `i${(n * 7) % 50}`;
      const write = n % 5 === 4 ? caller.delete('s', group, item) : caller.set('s', group, item, { n });
      written++;
      // 64 in flight; a write that a kill cut off may or may not have happened, which the list tells in the end.
      const settled = write.catch(() => {});
      if (n % 64 === 63) await settled;
      while (writing && caller.socket.readyState !== caller.socket.OPEN) await reconnected;
    }
  })();
  const mirrors = groups.flatMap((group) =>
    Array.from({ length: CLIENTS / GROUPS }, () => new Mirror(server.streamUrl, 's', group)),
  );
  await Promise.all(mirrors.map((mirror) => mirror.connect()));
  for (let round = 0; round < CUTS; round++) {
    const order = mirrors.map((mirror) => ({ mirror, at: Math.random() })).sort((a, b) => a.at - b.at);
    for (let i = 0; i < order.length; i += 20) {
      const cut = order.slice(i, i + 20).map(({ mirror }) => mirror);
      for (const mirror of cut) mirror.cut();
      await Promise.all(cut.map((mirror) => mirror.connect()));
    }
    if (round === 3 || round === 6) {
      await server.kill();
      for (const mirror of mirrors) mirror.cut();
      server = await startServer(base);
      caller = await Caller.open(server.engineUrl);
      const wake = reconnect;
      reconnected = new Promise<void>((resolve) => {
        reconnect = resolve;
      });
      wake();
      for (const mirror of mirrors) mirror.url = server.streamUrl;
      await Promise.all(mirrors.map((mirror) => mirror.connect()));
    }
  }
  writing = false;
  reconnect();
  await writer;
  await using _ = caller;
  for (const group of groups) {
    // The newest change of the group tells where every copy has to stand.
    await caller.set('s', group, 'last', { written });
    const fresh = new Mirror(server.streamUrl, 's', group);
    await fresh.connect();
    const list = await caller.list('s', group);
    for (const mirror of mirrors.filter((_, i) => groups[Math.floor(i / (CLIENTS / GROUPS))] === group)) {
      await mirror.reach(fresh.seq);
      assert.equal(mirror.epoch, fresh.epoch, 'a file_based store keeps its epoch across kills');
      assert.deepEqual(mirror.list, list);
      assert.equal(mirror.fullSyncs, 1, 'only the first join was a full sync');
      mirror.cut();
    }
    fresh.cut();
  }
  assert.ok(written > 2_000, `only ${written} writes: the writer was starved`);
  await server.stop();
});
