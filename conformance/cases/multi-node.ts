import assert from 'node:assert/strict';
import { FUNCTION, STREAM_EVENT } from '../../generated/constants.js';
import { define, type Setting } from '../runner/case.js';
import { address, type Context } from '../runner/context.js';
import type { Target } from '../runner/target.js';
import type { StreamClient } from '../wire/stream-client.js';
import type { WorkerClient } from '../wire/worker-client.js';
import { acknowledged, here } from './resume/setup.js';
import { onStream, short } from './triggers/setup.js';

const SETTING: Setting = { adapters: ['redis'], needs: ['nodes'], timeoutMs: 30_000 };
const nodes = define('multi-node', 'multi-node', SETTING);
const { create, update, delete: removed, event: custom } = STREAM_EVENT;

interface Node {
  readonly target: Target;
  readonly worker: WorkerClient;
}

/** The shared target and a second one over the same Redis. */
async function two(t: Context): Promise<readonly [Node, Node]> {
  const other = await t.second();
  const target = t.target;
  return [
    { target, worker: await t.worker('', target) },
    { target: other, worker: await t.worker('', other) },
  ];
}

async function followOn(t: Context, { target }: Node, id?: string): Promise<StreamClient> {
  const client = await t.socket('/', {}, target);
  client.join({ ...address(t.at), ...(id === undefined ? {} : { id }) });
  await client.nextStream('the sync');
  return client;
}

const set = (t: Context, { worker }: Node, item: string, data: unknown): Promise<unknown> =>
  worker.call(FUNCTION.set, { ...t.at, item_id: item, data });

export const multiNodeCases = [
  nodes('what-one-node-sets-another-gets', async (t) => {
    const [a, b] = await two(t);
    await set(t, a, 'a', { n: 1 });
    assert.deepEqual(await b.worker.call(FUNCTION.get, { ...t.at, item_id: 'a' }), { n: 1 });
    assert.deepEqual(await b.worker.call(FUNCTION.list, t.at), [{ n: 1 }]);
    assert.deepEqual(await b.worker.call(FUNCTION.listGroups, { stream_name: t.at.stream_name }), [
      t.at.group_id,
    ]);
  }),
  nodes('a-set-answers-the-value-that-another-node-wrote', async (t) => {
    const [a, b] = await two(t);
    await set(t, a, 'a', 1);
    assert.deepEqual(await set(t, b, 'a', 2), { old_value: 1, new_value: 2 });
  }),
  nodes('a-change-reaches-the-subscribers-of-every-node', async (t) => {
    const [a, b] = await two(t);
    const clients = [await followOn(t, a), await followOn(t, b)];
    await set(t, a, 'a', 1);
    await set(t, b, 'a', 2);
    await a.worker.call(FUNCTION.delete, { ...t.at, item_id: 'a' });
    for (const client of clients) {
      assert.deepEqual(await client.take(3), [
        [create, 'a', 1],
        [update, 'a', 2],
        [removed, 'a', 2],
      ]);
    }
  }),
  nodes('a-custom-event-reaches-the-subscribers-of-every-node', async (t) => {
    const [a, b] = await two(t);
    const clients = [await followOn(t, a), await followOn(t, b)];
    await a.worker.call(FUNCTION.send, { ...t.at, type: 'typing', data: 1 });
    for (const client of clients)
      assert.deepEqual(await client.take(1), [[custom, null, { type: 'typing', data: 1 }]]);
  }),
  nodes('a-sync-holds-what-another-node-wrote-in-insertion-order', async (t) => {
    const [a, b] = await two(t);
    for (const [i, item] of ['z', 'a', 'm', 'b'].entries()) await set(t, i % 2 === 0 ? a : b, item, item);
    const client = await t.socket('/', {}, b.target);
    client.join(address(t.at));
    assert.deepEqual(await client.take(1), [[STREAM_EVENT.sync, null, ['z', 'a', 'm', 'b']]]);
  }),
  nodes('every-node-tells-the-same-order', async (t) => {
    const [a, b] = await two(t);
    const clients = [await followOn(t, a), await followOn(t, b)];
    const writes = [a, b].flatMap((node, n) =>
      Array.from({ length: 150 }, (_, i) => set(t, node, `i${i % 5}`, [n, i])),
    );
    await Promise.all(writes);
    const [first, second] = await Promise.all(clients.map((client) => client.takeStream(300)));
    assert.deepEqual(first, second);
    assert.deepEqual(
      first?.map(({ seq }) => seq),
      first?.map((_, i) => i + 1),
    );
    const times = first?.map(({ timestamp }) => timestamp) ?? [];
    for (let i = 1; i < times.length; i++)
      assert((times[i] ?? 0) > (times[i - 1] ?? 0), `expected rising timestamps, got ${times.join()}`);
  }),
  nodes('concurrent-increments-on-two-nodes-all-count', async (t) => {
    const [a, b] = await two(t);
    const ops = [{ type: 'increment', path: 'n', by: 1 }];
    const calls = [a, b].flatMap(({ worker }) =>
      Array.from({ length: 100 }, () => worker.call(FUNCTION.update, { ...t.at, item_id: 'a', ops })),
    );
    await Promise.all(calls);
    assert.deepEqual(await a.worker.call(FUNCTION.get, { ...t.at, item_id: 'a' }), { n: 200 });
  }),
  nodes('a-trigger-fires-once-for-a-change', async (t) => {
    const [a, b] = await two(t);
    const { calls } = await onStream(t);
    await set(t, b, 'elsewhere', 0);
    await set(t, a, 'a', 1);
    const first = await calls.next('a create');
    // The node that commits fires for its workers: what another node committed is that node's to fire.
    assert.deepEqual(short(first), [create, 'a', 1]);
    await set(t, a, 'a', 2);
    assert.deepEqual(short(await calls.next('an update')), [update, 'a', 2]);
  }),
  nodes('a-cursor-of-one-node-is-good-on-another', async (t) => {
    const [a, b] = await two(t);
    await set(t, a, 'a', 1);
    const since = await here(t);
    await set(t, a, 'b', 2);
    await set(t, b, 'a', 3);
    const client = await t.socket('/', {}, b.target);
    client.join({ ...address(t.at), since });
    assert.equal((await acknowledged(client)).mode, 'changes');
    assert.deepEqual(
      (await client.take(2)).map(([, id, data]) => [id, data]),
      [
        ['b', 2],
        ['a', 3],
      ],
    );
  }),
  nodes('a-join-during-writes-on-another-node-misses-nothing', async (t) => {
    const [a, b] = await two(t);
    await set(t, a, 'a', -1);
    const writing = t.background(async () => {
      for (let i = 0; i < 40; i++) await set(t, a, 'a', i);
    });
    for (let n = 0; n < 5; n++) {
      const client = await t.socket('/', {}, b.target);
      client.join({ ...address(t.at), id: 'a' });
      let last = -2;
      while (last < 39) {
        const { event } = await client.nextStream();
        const value = (event as { data: number }).data;
        assert(value > last, `${value} came after ${last}`);
        last = value;
      }
    }
    await writing;
  }),
  nodes('the-end-of-one-node-leaves-the-other-alone', async (t) => {
    const a: Node = { target: t.target, worker: await t.worker() };
    const gone = await t.launch();
    await t.worker('', gone);
    await gone.kill();
    const client = await followOn(t, a);
    await set(t, a, 'a', 1);
    assert.deepEqual(await client.take(1), [[create, 'a', 1]]);
  }),
];
