import assert from 'node:assert/strict';
import { SOCKET_ERROR, SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import { explain, validateSyncItem } from '../../../generated/validators.js';
import { area } from '../../runner/case.js';
import { acknowledged, cursorOf, here, rejoin } from './setup.js';

const { resume } = area('resume', { needs: ['cursors', 'acknowledged-joins'] });
const { sync } = STREAM_EVENT;

export const cursorCases = [
  resume('seq-grows-by-one-with-each-change', async (t) => {
    const { client, sync: first } = await t.follow();
    assert.equal(first.seq, 0, 'a group that was never written stands at 0');
    for (let i = 0; i < 10; i++) await t.set(`i${i % 3}`, i);
    await t.delete('i0');
    await t.update('i1', [{ type: 'set', path: '', value: 1 }]);
    const seqs = (await client.takeStream(12)).map(({ seq }) => seq);
    assert.deepEqual(
      seqs,
      seqs.map((_, i) => i + 1),
    );
  }),
  resume('what-changes-nothing-takes-no-seq', async (t) => {
    const { client } = await t.follow();
    await t.set('a', 1);
    await t.delete('missing');
    await t.send('event', 1);
    await t.set('a', 2);
    const seqs = (await client.takeStream(3)).map(({ seq }) => seq);
    assert.deepEqual(seqs, [1, undefined, 2]);
  }),
  resume('a-sync-stands-at-the-last-change', async (t) => {
    for (let i = 0; i < 5; i++) await t.set('a', i);
    assert.equal((await t.follow()).sync.seq, 5);
    assert.equal((await t.follow({ id: 'a' })).sync.seq, 5);
  }),
  resume('the-epoch-stays-the-same', async (t) => {
    const { client, sync: first } = await t.follow();
    await t.set('a', 1);
    await t.delete('a');
    const changes = await client.takeStream(2);
    const { sync: last } = await t.follow();
    for (const message of [...changes, last]) assert.equal(message.epoch, first.epoch);
  }),
  resume('each-group-has-its-own-seq', async (t) => {
    await t.set('a', 1);
    await t.set('a', 2);
    const other = { ...t.at, group_id: t.name('other') };
    await t.set('a', 1, other);
    assert.equal((await here(t)).seq, 2);
    assert.equal((await here(t, other)).seq, 1);
  }),
  resume('a-plain-join-gets-no-acknowledgement', async (t) => {
    const client = await t.socket();
    client.join({ streamName: t.at.stream_name, groupId: t.at.group_id });
    assert.equal((await client.next()).type, SOCKET_MESSAGE.stream);
  }),
  resume('ack-asks-for-an-acknowledgement', async (t) => {
    await t.set('a', 1);
    const { client, ack, id } = await rejoin(t, { ack: true });
    const message = await client.nextStream();
    assert.deepEqual([ack.mode, ack.subscriptionId, ack.reason], [sync, id, undefined]);
    assert.deepEqual(cursorOf(ack), cursorOf(message));
    assert.deepEqual(message.event, { type: sync, data: [1] });
  }),
  resume('the-acknowledgement-of-an-item-names-it', async (t) => {
    const { ack } = await rejoin(t, { ack: true, id: 'a' });
    assert.equal(ack.id, 'a');
  }),
  resume('items-asks-for-ids-and-revs', async (t) => {
    await t.set('a', 1);
    await t.set('b', 2);
    await t.set('a', 3);
    const { sync: message } = await t.follow({ items: true });
    const { data } = message.event as { data: unknown[] };
    for (const item of data) assert(validateSyncItem(item), explain(validateSyncItem, 'item'));
    assert.deepEqual(data, [
      { id: 'a', rev: 3, data: 3 },
      { id: 'b', rev: 2, data: 2 },
    ]);
  }),
  resume('items-of-an-item-join-asks-for-one', async (t) => {
    await t.set('a', 1);
    const { sync: message } = await t.follow({ items: true, id: 'a' });
    assert.deepEqual(message.event, { type: sync, data: { id: 'a', rev: 1, data: 1 } });
    const { sync: missing } = await t.follow({ items: true, id: 'b' });
    assert.deepEqual(missing.event, { type: sync, data: null });
  }),
  resume('a-path-takes-items', async (t) => {
    await t.set('a', 1);
    const client = await t.socket(`/stream/${t.at.stream_name}/${t.at.group_id}?items=1`);
    assert.deepEqual(await client.take(1), [[sync, null, [{ id: 'a', rev: 1, data: 1 }]]]);
  }),
  resume('a-path-takes-ack', async (t) => {
    const client = await t.socket(`/stream/${t.at.stream_name}/${t.at.group_id}?ack=1`);
    assert.equal((await acknowledged(client)).mode, sync);
    assert.deepEqual(await client.take(1), [[sync, null, []]]);
  }),
  resume('a-cursor-that-is-none-is-refused', async (t) => {
    const client = await t.socket();
    for (const since of [
      7,
      { epoch: 'e' },
      { epoch: 'e', seq: -1 },
      { epoch: 1, seq: 1 },
      { epoch: 'e', seq: 1.5 },
    ]) {
      const data = { subscriptionId: 'one', streamName: t.at.stream_name, groupId: t.at.group_id, since };
      client.sendText(JSON.stringify({ type: SOCKET_MESSAGE.join, data }));
      const message = await client.next();
      assert(message.type === SOCKET_MESSAGE.error, JSON.stringify(message));
      assert.equal(message.code, SOCKET_ERROR.invalidMessage);
    }
  }),
  resume('changes-after-a-sync-go-on-from-its-seq', async (t) => {
    await t.set('a', 1);
    const { client, sync: message } = await t.follow();
    await t.set('a', 2);
    await t.set('b', 3);
    const seqs = (await client.takeStream(2)).map(({ seq }) => seq);
    assert.deepEqual(seqs, [(message.seq ?? 0) + 1, (message.seq ?? 0) + 2]);
  }),
];
