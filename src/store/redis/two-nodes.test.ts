import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Store } from '../port.js';
import { Recorder } from '../testing/recorder.js';
import { flushServer, RedisServer } from '../testing/redis-server.js';
import { at, GROUP, ids, increment, remove, set, upTo } from '../testing/writing.js';
import { openRedisStore } from './index.js';

let server: RedisServer;

before(async () => {
  server = await RedisServer.start();
});

after(() => server[Symbol.asyncDispose]());

beforeEach(() => flushServer(server));

interface Node {
  readonly store: Store;
  readonly recorder: Recorder;
}

/** Runs with two stores on one Redis, as two processes have them. */
async function onTwoNodes(run: (one: Node, two: Node) => Promise<void>): Promise<void> {
  await using first = await openRedisStore({ url: server.url });
  await using second = await openRedisStore({ url: server.url });
  const nodes = [first, second].map((store) => {
    const recorder = new Recorder();
    store.listen(recorder);
    return { store, recorder };
  });
  await run(nodes[0]!, nodes[1]!);
}

const seqs = (changes: Recorder['changes'], group: string): number[] =>
  changes.filter((change) => change.group === group).map(({ seq }) => seq);

test('20,000 changes of two nodes reach both in one order, and are committed once', {
  timeout: 60_000,
}, async () => {
  await onTwoNodes(async (...nodes) => {
    const groups = upTo(10).map((n) => ({ stream: 's', group: `g${n}` }));
    const writer = async ({ store }: Node, n: number) => {
      for (let i = 0; i < 100; i++) await set(store, `i${i % 10}`, String(n), groups[n % 10]);
    };
    await Promise.all(nodes.flatMap((node) => upTo(100).map((n) => writer(node, n))));
    for (const { recorder } of nodes) {
      await recorder.until(() => recorder.changes.length >= 20_000, 'all changes');
      for (const { group } of groups) assert.deepEqual(seqs(recorder.changes, group), upTo(2_000));
    }
    const [one, two] = nodes.map(({ recorder }) => recorder);
    assert.deepEqual(
      one!.changes.filter(({ group }) => group === 'g1'),
      two!.changes.filter(({ group }) => group === 'g1'),
    );
    for (const { group } of groups) {
      const committed = [...seqs(one!.commits, group), ...seqs(two!.commits, group)];
      assert.deepEqual(
        committed.sort((x, y) => x - y),
        upTo(2_000),
      );
    }
  });
});

test('2 nodes × 64 concurrent increments × 1,000 on one item are exactly 128,000', {
  timeout: 60_000,
}, async () => {
  await onTwoNodes(async (...nodes) => {
    const writer = async ({ store }: Node) => {
      for (let i = 0; i < 1_000; i++) await increment(store, 'n');
    };
    await Promise.all(nodes.flatMap((node) => upTo(64).map(() => writer(node))));
    assert.equal(await nodes[0]!.store.get(at('n')), '128000');
    for (const { recorder } of nodes) {
      await recorder.until(() => recorder.changes.length === 128_000, 'all changes');
      assert.equal(
        recorder.changes.every(({ seq, value }, index) => seq === index + 1 && value === String(index + 1)),
        true,
      );
    }
  });
});

test('a flush of the script cache is not noticed by anybody', async () => {
  const redis = server.client();
  try {
    await onTwoNodes(async (one, two) => {
      for (const n of upTo(20)) {
        await redis.script('FLUSH');
        const results = await Promise.all([
          ...upTo(10).map(() => increment(one.store, 'n')),
          ...upTo(10).map(() => increment(two.store, 'n')),
          one.store.snapshot(GROUP),
        ]);
        assert.equal(results.length, 21);
        assert.equal(await two.store.get(at('n')), String(20 * n));
      }
      await two.recorder.until(() => two.recorder.changes.length === 400, 'all changes');
      assert.deepEqual(seqs(two.recorder.changes, GROUP.group), upTo(400));
    });
  } finally {
    redis.disconnect();
  }
});

test('nodes read each other: values, order, listings, cursors, events', async () => {
  await onTwoNodes(async (one, two) => {
    const start = await two.store.snapshot(GROUP);
    await set(one.store, 'b', '1');
    await set(two.store, 'a', '2');
    await remove(one.store, 'b');
    await set(two.store, 'b', '3');
    assert.deepEqual(await ids(one.store), ['a', 'b']);
    assert.deepEqual(await one.store.snapshot(GROUP), await two.store.snapshot(GROUP));
    assert.deepEqual(await one.store.changesSince(GROUP, start), await two.store.changesSince(GROUP, start));
    assert.deepEqual(await one.store.listAll(), [{ id: 'chat', groups: ['room'] }]);
    const sent = await one.store.publish({ ...GROUP, item: 'a', type: 't', data: '1' as never });
    for (const { recorder } of [one, two]) {
      await recorder.until(() => recorder.events.length === 1, 'the event');
      assert.equal(recorder.events[0]?.timestamp, sent.timestamp);
    }
  });
});
