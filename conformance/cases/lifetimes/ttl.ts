import assert from 'node:assert/strict';
import { FUNCTION, STREAM_EVENT } from '../../../generated/constants.js';
import { cursorOf, here, rejoin } from '../resume/setup.js';
import { onStream } from '../triggers/setup.js';
import { endOf, ends, LONG, refused, SHORT, setFor, ttl, updateWith } from './setup.js';

const YEAR = 31_536_000_000;

export const ttlCases = [
  ttl('an-item-is-removed-when-its-time-is-up', async (t) => {
    const { client } = await t.follow();
    const set = await setFor(t, 'a', SHORT, { n: 1 });
    assert.deepEqual(set, { old_value: null, new_value: { n: 1 } });
    assert.deepEqual(await t.get('a'), { n: 1 });
    const { event } = await endOf(client, 'a');
    assert.deepEqual(event, { type: STREAM_EVENT.delete, data: { n: 1 }, reason: 'expired' });
    assert.equal(await t.get('a'), undefined);
    assert.deepEqual(await t.listGroups(), []);
  }),
  ttl('an-end-takes-a-seq-of-its-own', async (t) => {
    const { client } = await t.follow();
    await setFor(t, 'a', SHORT);
    const created = await client.nextStream();
    const end = await endOf(client, 'a');
    assert.deepEqual(cursorOf(end), { ...cursorOf(created), seq: cursorOf(created).seq + 1 });
    assert(end.timestamp >= created.timestamp + SHORT, 'it came too early');
    await t.set('b', 1);
    const { seq } = cursorOf(await client.nextStream());
    assert.equal(seq, cursorOf(created).seq + 2);
  }),
  ttl('a-client-that-was-away-learns-of-an-end', async (t) => {
    await setFor(t, 'a', SHORT);
    const since = await here(t);
    await endOf((await t.follow()).client, 'a');
    const { client, ack } = await rejoin(t, { since });
    assert.equal(ack.mode, 'changes');
    const message = await client.nextStream();
    assert.deepEqual(
      [message.id, message.event.type, message.seq],
      ['a', STREAM_EVENT.delete, since.seq + 1],
    );
  }),
  ttl(
    'an-end-fires-triggers-with-the-reason',
    async (t) => {
      const { calls } = await onStream(t);
      await setFor(t, 'a', SHORT, 'v');
      assert.equal((await calls.next('the creation')).event.type, STREAM_EVENT.create);
      const { id, event, event_type } = await calls.next('the end');
      assert.deepEqual([id, event_type], ['a', STREAM_EVENT.delete]);
      assert.deepEqual(event, { type: STREAM_EVENT.delete, data: 'v', reason: 'expired' });
    },
    // Over Redis any node that shares it may be the one that removes the item, and calls its own triggers.
    { adapters: ['in_memory', 'file_based'] },
  ),
  ttl('a-deletion-by-a-caller-has-no-reason', async (t) => {
    const { client } = await t.follow();
    await setFor(t, 'a', SHORT);
    await t.delete('a');
    await setFor(t, 'b', 2 * SHORT);
    assert.deepEqual(await ends(client, 'b'), [
      ['a', undefined],
      ['b', 'expired'],
    ]);
  }),
  ttl('a-set-without-a-time-takes-it-away', async (t) => {
    const { client } = await t.follow();
    for (const item of ['absent', 'null', 'zero']) await setFor(t, item, SHORT);
    await t.set('absent', 2);
    await setFor(t, 'null', null);
    await setFor(t, 'zero', 0);
    await setFor(t, 'last', 2 * SHORT);
    assert.deepEqual(await ends(client, 'last'), [['last', 'expired']]);
  }),
  ttl('an-update-without-a-time-keeps-it', async (t) => {
    const { client } = await t.follow();
    await setFor(t, 'kept', SHORT);
    await setFor(t, 'ended', SHORT);
    await updateWith(t, 'kept', { ttl_ms: null });
    await updateWith(t, 'ended', { ttl_ms: 0 });
    await setFor(t, 'last', 2 * SHORT);
    assert.deepEqual(await ends(client, 'last'), [
      ['kept', 'expired'],
      ['last', 'expired'],
    ]);
    assert.equal(await t.get('ended'), 2);
  }),
  ttl('the-time-of-the-last-write-counts', async (t) => {
    const { client } = await t.follow();
    await setFor(t, 'longer', SHORT);
    await setFor(t, 'shorter', LONG);
    await setFor(t, 'longer', LONG);
    await updateWith(t, 'shorter', { ttl_ms: SHORT });
    await setFor(t, 'last', 2 * SHORT);
    assert.deepEqual(await ends(client, 'last'), [
      ['shorter', 'expired'],
      ['last', 'expired'],
    ]);
  }),
  ttl('an-item-that-is-made-again-has-no-old-time', async (t) => {
    const { client } = await t.follow();
    await setFor(t, 'a', SHORT);
    await t.delete('a');
    await updateWith(t, 'a', {});
    await setFor(t, 'last', 2 * SHORT);
    assert.deepEqual(await ends(client, 'last'), [
      ['a', undefined],
      ['last', 'expired'],
    ]);
    assert.equal(await t.get('a'), 1);
  }),
  ttl('many-items-end-once-each', async (t) => {
    const { client } = await t.follow();
    const items = Array.from({ length: 200 }, (_, n) => `i${n}`);
    await Promise.all(items.map((item) => setFor(t, item, 2 * SHORT)));
    await setFor(t, 'last', 4 * SHORT);
    const ended = await ends(client, 'last');
    assert.deepEqual(ended.map(String).sort(), [...items, 'last'].map((item) => `${item},expired`).sort());
  }),
  ttl(
    'a-transaction-may-name-a-time',
    async (t) => {
      const { client } = await t.follow();
      const writes = [
        { item_id: 'a', type: 'set', data: 1, ttl_ms: SHORT },
        { item_id: 'b', type: 'set', data: 1 },
      ];
      await t.call(FUNCTION.transact, { ...t.at, writes });
      const ops = [{ type: 'increment', path: '', by: 1 }];
      await t.call(FUNCTION.transact, {
        ...t.at,
        writes: [{ item_id: 'b', type: 'update', ops, ttl_ms: 2 * SHORT }],
      });
      assert.deepEqual(await ends(client, 'b'), [
        ['a', 'expired'],
        ['b', 'expired'],
      ]);
    },
    { needs: ['transactions'] },
  ),
  ttl('a-time-that-is-none-is-refused', async (t) => {
    for (const ttl_ms of [-1, 1.5, YEAR + 1, '5', true]) {
      await refused(t, FUNCTION.set, 'ttl_ms', { item_id: 'a', data: 1, ttl_ms });
      await refused(t, FUNCTION.update, 'ttl_ms', { item_id: 'a', ops: [], ttl_ms });
    }
    assert.deepEqual(await t.list(), []);
    await setFor(t, 'a', YEAR);
  }),
  ttl(
    'a-time-survives-the-server',
    async (t) => {
      const config = await t.ownConfig();
      const target = await t.launch(config);
      await setFor(t, 'overdue', SHORT);
      await setFor(t, 'later', LONG);
      const { client: first, sync } = await t.follow();
      const since = cursorOf(sync);
      await target.kill();
      first.terminate();
      await t.launch(config);
      const { client, ack } = await rejoin(t, { since });
      assert.equal(ack.mode, 'changes');
      assert.deepEqual((await endOf(client, 'overdue')).seq, since.seq + 1);
      assert.deepEqual(await t.list(), [1]);
    },
    { own: true, adapters: ['file_based', 'redis'], needs: ['crash'], timeoutMs: 30_000 },
  ),
];
