import assert from 'node:assert/strict';
import { FUNCTION, SOCKET_ERROR, SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import { address } from '../../runner/context.js';
import { acknowledged, cursorOf, rejoin } from '../resume/setup.js';
import { onStream } from '../triggers/setup.js';
import {
  append,
  follow,
  increment,
  joinForOps,
  kinds,
  LONG,
  nextOps,
  ops,
  toldBefore,
  VALUE,
} from './setup.js';

const { create, update, delete: removed, event: custom } = STREAM_EVENT;

/** What a join says, and what a message of ops looks like. */
export const opsCases = [
  ops('a-join-is-told-the-number-of-its-group', async (t) => {
    const { ack, n, id } = await joinForOps(t);
    assert(Number.isSafeInteger(n) && n > 0, `${n} is a number`);
    assert.deepEqual([ack.subscriptionId, ack.mode], [id, STREAM_EVENT.sync]);
  }),
  ops('who-does-not-ask-is-told-no-number', async (t) => {
    const { ack } = await rejoin(t, { ack: true });
    assert(!('n' in ack), JSON.stringify(ack));
  }),
  ops('two-groups-of-a-socket-have-two-numbers', async (t) => {
    const { client, n } = await follow(t);
    const other = { ...t.at, group_id: t.name('other') };
    client.join({ ...address(other), ops: true });
    const ack = await acknowledged(client);
    assert(ack.n !== undefined && ack.n !== n, `${n} and ${ack.n}`);
  }),
  ops('an-update-comes-as-the-ops-that-made-it', async (t) => {
    await t.set('a', VALUE);
    const { client, n } = await follow(t);
    await t.update('a', [append(' tok')]);
    const told = await nextOps(client);
    assert.deepEqual(told, { n, id: 'a', seq: 2, from: 1, ops: [append(' tok')] });
  }),
  ops('ops-that-are-half-as-long-as-the-value-come-whole', async (t) => {
    await t.set('a', { text: '', pad: 'x'.repeat(20) });
    const { client } = await follow(t);
    await t.update('a', [append('y'.repeat(200))]);
    const [type, id, data] = (await client.take(1))[0]!;
    assert.deepEqual([type, id], [update, 'a']);
    assert.deepEqual(data, { text: 'y'.repeat(200), pad: 'x'.repeat(20) });
  }),
  ops('creations-sets-and-deletions-are-told-as-ever', async (t) => {
    const { client } = await follow(t);
    // An update that makes the item is a creation.
    await t.update('a', [append(LONG)]);
    await t.set('a', VALUE);
    await t.delete('a');
    assert.deepEqual(await client.take(3), [
      [create, 'a', { text: LONG }],
      [update, 'a', VALUE],
      [removed, 'a', VALUE],
    ]);
  }),
  ops('a-failed-op-is-not-told', async (t) => {
    await t.set('a', VALUE);
    const { client } = await follow(t);
    const { errors } = await t.update('a', [append(1), append('y'), increment('text'), increment('n')]);
    assert.deepEqual(
      errors?.map(({ op_index }) => op_index),
      [0, 2],
    );
    assert.deepEqual((await nextOps(client)).ops, [append('y'), increment('n')]);
  }),
  ops('several-ops-come-in-their-order', async (t) => {
    await t.set('a', VALUE);
    const { client, replica } = await follow(t);
    const list = [append('y'), { type: 'remove', path: 'n' }, increment('n', 5), append(1, 'list')];
    await t.update('a', list);
    const told = await nextOps(client);
    assert.deepEqual(told.ops, list);
    replica.take(told);
    assert.deepEqual(replica.values.a, await t.get('a'));
  }),
  ops('ops-go-on-from-the-rev-before', async (t) => {
    await t.set('a', VALUE);
    await t.set('b', VALUE);
    const { client } = await follow(t);
    await t.update('a', [append('1')]);
    await t.update('b', [append('2')]);
    await t.update('a', [append('3')]);
    const told = [await nextOps(client), await nextOps(client), await nextOps(client)];
    assert.deepEqual(
      told.map(({ id, seq, from }) => [id, seq, from]),
      [
        ['a', 3, 1],
        ['b', 4, 2],
        ['a', 5, 3],
      ],
    );
  }),
  ops('after-a-whole-value-ops-go-on-from-its-rev', async (t) => {
    await t.set('a', VALUE);
    const { client, replica } = await follow(t);
    await t.update('a', [append('y')]);
    await t.set('a', { text: `${LONG}z`, n: 2 });
    await t.update('a', [append('y')]);
    const told = await toldBefore(t, client);
    assert.deepEqual(kinds(told), ['ops', update, 'ops']);
    for (const message of told) replica.take(message);
    assert.deepEqual(replica.values.a, await t.get('a'));
  }),
  ops('custom-events-are-told-between-ops', async (t) => {
    await t.set('a', VALUE);
    const { client } = await follow(t);
    await t.update('a', [append('y')]);
    await t.send('typing', 1);
    await t.update('a', [append('z')]);
    const told = await toldBefore(t, client);
    assert.deepEqual(kinds(told), ['ops', custom, 'ops']);
  }),
  ops('without-revs-the-sync-is-not-older-than-what-ops-go-on-from', async (t) => {
    await t.set('a', VALUE);
    await t.set('b', VALUE);
    const { client } = await rejoin(t, { ops: true });
    const { seq = 0 } = await client.nextStream('the sync');
    await t.update('a', [append('y')]);
    const { from } = await nextOps(client);
    assert.deepEqual([from, seq], [1, 2]);
  }),
  ops('a-path-takes-ops', async (t) => {
    await t.set('a', VALUE);
    const client = await t.socket(`/stream/${t.at.stream_name}/${t.at.group_id}?ops=1&items=1`);
    const { n } = await acknowledged(client);
    await client.nextStream('the sync');
    await t.update('a', [append('y')]);
    const told = await nextOps(client);
    assert.deepEqual([told.n, told.from], [n, 1]);
  }),
  ops('an-item-subscription-takes-ops', async (t) => {
    await t.set('a', VALUE);
    await t.set('b', VALUE);
    const { client, n } = await follow(t, { id: 'a' });
    await t.update('b', [append('y')]);
    await t.update('a', [append('z')]);
    assert.deepEqual(await nextOps(client), { n, id: 'a', seq: 4, from: 1, ops: [append('z')] });
  }),
  ops('ops-that-are-no-boolean-are-refused', async (t) => {
    const client = await t.socket();
    for (const value of [1, 'true', {}]) {
      const data = { subscriptionId: 'one', ...address(t.at), ops: value };
      client.sendText(JSON.stringify({ type: SOCKET_MESSAGE.join, data }));
      const message = await client.next();
      assert(message.type === SOCKET_MESSAGE.error, JSON.stringify(message));
      assert.equal(message.code, SOCKET_ERROR.invalidMessage);
    }
    const path = `/stream/${t.at.stream_name}/${t.at.group_id}?ops=yes`;
    assert.equal(await t.refusal(path), 400);
  }),
  ops(
    'a-change-of-a-transaction-says-that-more-follows',
    async (t) => {
      await t.set('a', VALUE);
      await t.set('b', VALUE);
      const { client } = await follow(t);
      const writes = ['a', 'b'].map((item_id) => ({ item_id, type: 'update', ops: [append('y')] }));
      await t.call(FUNCTION.transact, { ...t.at, writes });
      const told = [await nextOps(client), await nextOps(client)];
      assert.deepEqual(
        told.map(({ id, from, more }) => [id, from, more]),
        [
          ['a', 1, true],
          ['b', 2, undefined],
        ],
      );
    },
    { needs: ['transactions'] },
  ),
  ops('a-resume-is-whole-values-and-goes-on-with-ops', async (t) => {
    await t.set('a', VALUE);
    const first = await follow(t);
    first.client.terminate();
    const since = { ...cursorOf(first.ack), seq: first.replica.seq };
    for (const token of ['1', '2', '3']) await t.update('a', [append(token)]);
    const { client, ack } = await joinForOps(t, { since });
    assert.equal(ack.mode, 'changes');
    assert.deepEqual(await client.take(1), [[update, 'a', { text: `${LONG}123`, n: 1 }]]);
    await t.update('a', [append('4')]);
    assert.equal((await nextOps(client)).from, 4);
  }),
  ops('a-leave-ends-them', async (t) => {
    await t.set('a', VALUE);
    const { client, id } = await follow(t);
    const { client: witness } = await follow(t);
    client.leave(id, address(t.at));
    await t.processed(client);
    await t.update('a', [append('y')]);
    await nextOps(witness);
    client.join({ ...address(t.at), ops: true });
    await acknowledged(client);
    assert.equal((await client.take(1))[0]![0], STREAM_EVENT.sync);
  }),
  ops(
    'a-trigger-may-ask-for-ops',
    async (t) => {
      const { calls } = await onStream(t, { payload: 'ops', item_id: 'a' });
      await t.set('a', VALUE);
      await t.update('a', [append('y')]);
      assert.deepEqual((await calls.next('the creation')).event, { type: create, data: VALUE });
      const { event } = await calls.next('the update');
      assert.deepEqual(event, { type: update, ops: [append('y')], from: 1 });
    },
    // Where the rev before is known to who calls handlers.
    { needs: ['triggers'], adapters: ['in_memory', 'file_based'] },
  ),
  ops(
    'a-trigger-may-ask-for-no-value',
    async (t) => {
      const { calls } = await onStream(t, { payload: 'none', item_id: 'a' });
      await t.set('a', VALUE);
      assert.deepEqual((await calls.next('the creation')).event, { type: create });
    },
    { needs: ['triggers'] },
  ),
];
