import assert from 'node:assert/strict';
import { FUNCTION, STREAM_EVENT } from '../../../generated/constants.js';
import { address, type Context } from '../../runner/context.js';
import { limits } from '../limits/setup.js';
import { acknowledged } from '../resume/setup.js';
import type { Replica } from './replica.js';
import {
  append,
  type Follower,
  follow,
  increment,
  kinds,
  LONG,
  nextOps,
  ops,
  toldBefore,
  VALUE,
} from './setup.js';

const { update } = STREAM_EVENT;

/** So many appends that are called one right after another. */
const burst = (t: Context, count: number, value: (i: number) => object): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, (_, i) => t.update('a', [value(i)])));

/** Reads what a client is told until it is where the item `last` was set. */
async function readAll(t: Context, { client, replica }: Follower & { replica: Replica }): Promise<void> {
  for (const message of await toldBefore(t, client)) replica.take(message);
}

/** Values by item, as the server has them. */
async function valuesOf(t: Context, ...items: readonly string[]): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const item of items) {
    const value = await t.get(item);
    if (value !== undefined) values[item] = value;
  }
  return values;
}

/** What clients that take ops make of them, whatever happens beside. */
export const togetherCases = [
  ops('strings-appended-in-a-row-may-come-as-one', async (t) => {
    await t.set('a', VALUE);
    const follower = await follow(t);
    await burst(t, 100, (i) => append(`<${i}>`));
    await readAll(t, follower);
    const { a } = follower.replica.values as { a: { text: string } };
    assert.deepEqual(a, await t.get('a'));
    for (let i = 0; i < 100; i++) assert(a.text.includes(`<${i}>`), `<${i}> is there`);
  }),
  ops('strings-appended-to-an-array-stay-apart', async (t) => {
    await t.set('a', { ...VALUE, list: ['x'] });
    const follower = await follow(t);
    await burst(t, 50, (i) => append(`<${i}>`, 'list'));
    await readAll(t, follower);
    const { a } = follower.replica.values as { a: { list: string[] } };
    assert.equal(a.list.length, 51);
    assert.deepEqual(a, await t.get('a'));
  }),
  ops('who-does-not-ask-gets-whole-values-beside-those-who-do', async (t) => {
    await t.set('a', VALUE);
    const { client } = await follow(t);
    const { client: plain } = await t.follow();
    await t.update('a', [append('y')]);
    assert.deepEqual(await plain.take(1), [[update, 'a', { text: `${LONG}y`, n: 1 }]]);
    assert.deepEqual((await nextOps(client)).ops, [append('y')]);
  }),
  ops('a-socket-with-a-plain-subscription-gets-whole-values', async (t) => {
    await t.set('a', VALUE);
    const { client, id } = await follow(t);
    const plain = client.join(address(t.at));
    await client.nextStream('the sync');
    await t.update('a', [append('y')]);
    assert.deepEqual(await client.take(1), [[update, 'a', { text: `${LONG}y`, n: 1 }]]);
    client.leave(plain, address(t.at));
    await t.processed(client);
    await t.update('a', [append('z')]);
    assert.equal((await nextOps(client)).from, 2);
    assert.notEqual(plain, id);
  }),
  ops('a-join-amid-appends-misses-none', async (t) => {
    await t.set('a', VALUE);
    const writing = t.background(() => burst(t, 200, (i) => append(`<${i}>`)));
    const followers = [await follow(t), await follow(t), await follow(t)];
    await writing;
    for (const follower of followers) {
      await readAll(t, follower);
      assert.deepEqual(follower.replica.values.a, await t.get('a'));
    }
  }),
  ops('every-member-ends-with-the-same-state', async (t) => {
    for (const item of ['a', 'b']) await t.set(item, { ...VALUE, list: [] });
    const followers = [await follow(t), await follow(t)];
    const { client: plain } = await t.follow();
    const list = [append('y'), append('z', 'list'), increment('n'), { type: 'remove', path: 'more' }];
    const calls = Array.from({ length: 120 }, async (_, i) => {
      const item = i % 3 === 0 ? 'b' : 'a';
      if (i % 29 === 0) await t.set(item, { ...VALUE, list: [i] });
      else if (i % 41 === 0) await t.delete('b');
      else await t.update(item, i % 7 === 0 ? [list[i % 4]!, append(i)] : [list[i % 4]!]);
    });
    await Promise.all(calls);
    const expected = await valuesOf(t, 'a', 'b');
    for (const follower of followers) {
      await readAll(t, follower);
      const { a, b } = follower.replica.values;
      assert.deepEqual({ a, b }, { a: expected.a, b: expected.b });
      assert(follower.replica.replayed > 0, 'some updates came as ops');
    }
    plain.terminate();
  }),
  ops(
    'a-client-that-stalled-is-told-whole-values',
    async (t) => {
      await t.set('a', { text: '', pad: 'x'.repeat(250_000) });
      const { client, replica } = await follow(t);
      client.pause();
      // 26 MB of ops: more than the buffers of the network and of the server hold together.
      const replaced = [{ type: 'set', path: 'text', value: 'y'.repeat(100_000) }];
      const worker = await t.main();
      const call = { ...t.at, item_id: 'a', ops: replaced, return: 'rev' };
      for (let i = 0; i < 260; i += 20)
        await Promise.all(Array.from({ length: 20 }, () => worker.call(FUNCTION.update, call)));
      client.resume();
      const told = await toldBefore(t, client);
      assert(kinds(told).includes(update), 'what it missed came as a value');
      for (const message of told) replica.take(message);
      assert.deepEqual(replica.values.a, await t.get('a'));
      await t.update('a', [increment('n')]);
      await nextOps(client);
    },
    {
      ...limits({ outbox_bytes: 65_536, slow_client_timeout_ms: 600_000 }),
      needs: ['revisions'],
      timeoutMs: 30_000,
    },
  ),
  ops(
    'an-update-on-another-node-comes-as-ops',
    async (t) => {
      await t.set('a', VALUE);
      const other = await t.second();
      const client = await t.socket('/', {}, other);
      client.join({ ...address(t.at), items: true, ops: true });
      const { n } = await acknowledged(client);
      await client.nextStream('the sync');
      await t.update('a', [append('y')]);
      assert.deepEqual(await nextOps(client), { n, id: 'a', seq: 2, from: 1, ops: [append('y')] });
      await t.update('a', [append('z'.repeat(2_000))]);
      assert.deepEqual(await client.take(1), [[update, 'a', { text: `${LONG}y${'z'.repeat(2_000)}`, n: 1 }]]);
    },
    { adapters: ['redis'], needs: ['nodes'] },
  ),
];
