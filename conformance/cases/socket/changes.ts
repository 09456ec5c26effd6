import assert from 'node:assert/strict';
import { FUNCTION, SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import { area } from '../../runner/case.js';

const { documented, strict } = area('socket');
const { create, update, delete: removed, event: custom } = STREAM_EVENT;

export const changeCases = [
  documented('a-change-carries-its-address-and-time', async (t) => {
    const { client } = await t.follow();
    await t.set('a', { n: 1 });
    const { type, streamName, groupId, id, event, timestamp } = await client.nextStream();
    assert.deepEqual(
      { type, streamName, groupId, id, event },
      {
        type: SOCKET_MESSAGE.stream,
        streamName: t.at.stream_name,
        groupId: t.at.group_id,
        id: 'a',
        event: { type: create, data: { n: 1 } },
      },
    );
    assert(timestamp > 1.6e12, `expected milliseconds since 1970, got timestamp ${timestamp}`);
  }),
  documented('a-set-of-an-existing-item-is-an-update', async (t) => {
    await t.set('a', 1);
    const { client } = await t.follow();
    await t.set('a', 2);
    assert.deepEqual(await client.take(1), [[update, 'a', 2]]);
  }),
  documented('a-set-after-a-delete-is-a-create', async (t) => {
    await t.set('a', 1);
    await t.delete('a');
    const { client } = await t.follow();
    await t.set('a', 2);
    assert.deepEqual(await client.take(1), [[create, 'a', 2]]);
  }),
  documented('a-delete-carries-the-removed-value', async (t) => {
    await t.set('a', { n: 1 });
    const { client } = await t.follow();
    await t.delete('a');
    assert.deepEqual(await client.take(1), [[removed, 'a', { n: 1 }]]);
  }),
  documented('a-delete-of-nothing-is-not-announced', async (t) => {
    const { client } = await t.follow();
    await t.delete('a');
    assert.deepEqual(await t.before(client), []);
  }),
  documented('an-update-of-a-missing-item-is-a-create', async (t) => {
    const { client } = await t.follow();
    await t.update('a', [{ type: 'set', path: 'n', value: 1 }]);
    assert.deepEqual(await client.take(1), [[create, 'a', { n: 1 }]]);
  }),
  documented('an-update-of-an-existing-item-carries-the-whole-value', async (t) => {
    await t.set('a', { kept: true, n: 1 });
    const { client } = await t.follow();
    await t.update('a', [{ type: 'increment', path: 'n', by: 1 }]);
    assert.deepEqual(await client.take(1), [[update, 'a', { kept: true, n: 2 }]]);
  }),
  documented('an-update-is-announced-once-however-many-ops-it-has', async (t) => {
    const { client } = await t.follow();
    await t.update('a', [
      { type: 'set', path: 'x', value: 1 },
      { type: 'set', path: 'y', value: 2 },
      { type: 'increment', path: 'x', by: 1 },
    ]);
    assert.deepEqual(await t.before(client), [[create, 'a', { x: 2, y: 2 }]]);
  }),
  documented('a-fire-and-forget-set-is-announced', async (t) => {
    const { client } = await t.follow();
    (await t.main()).void(FUNCTION.set, { ...t.at, item_id: 'a', data: 1 });
    assert.deepEqual(await client.take(1), [[create, 'a', 1]]);
  }),
  documented('empty-containers-are-announced-as-they-are', async (t) => {
    const { client } = await t.follow();
    await t.set('a', { list: [], map: {} });
    assert.deepEqual(await client.take(1), [[create, 'a', { list: [], map: {} }]]);
  }),
  documented('a-custom-event-reaches-the-group', async (t) => {
    const { client } = await t.follow();
    await t.send('typing', { by: 'a' });
    assert.deepEqual(await client.take(1), [[custom, null, { type: 'typing', data: { by: 'a' } }]]);
  }),
  documented('a-custom-event-with-an-id-reaches-the-group', async (t) => {
    const { client } = await t.follow();
    await t.send('typing', 1, 'a');
    assert.deepEqual(await client.take(1), [[custom, 'a', { type: 'typing', data: 1 }]]);
  }),
  documented('a-custom-event-with-an-id-reaches-that-item', async (t) => {
    const { client } = await t.follow({ id: 'a' });
    await t.send('typing', 1, 'b');
    await t.send('typing', 2, 'a');
    assert.deepEqual(await client.take(1), [[custom, 'a', { type: 'typing', data: 2 }]]);
  }),
  documented('a-custom-event-without-an-id-reaches-no-item-subscription', async (t) => {
    const { client } = await t.follow({ id: 'a' });
    await t.send('typing', 1);
    assert.deepEqual(await t.before(client, { id: 'a' }), []);
  }),
  documented('a-custom-event-is-not-part-of-later-syncs', async (t) => {
    await t.send('typing', 1);
    const { client, sync } = await t.follow();
    assert.deepEqual(sync.event, { type: STREAM_EVENT.sync, data: [] });
    assert.deepEqual(await t.before(client), []);
  }),
  documented('custom-events-may-carry-null', async (t) => {
    const { client } = await t.follow();
    await t.send('typing', null);
    assert.deepEqual(await client.take(1), [[custom, null, { type: 'typing', data: null }]]);
  }),
  documented('custom-events-keep-their-order', async (t) => {
    const { client } = await t.follow();
    for (let i = 0; i < 50; i++) await t.send('n', i);
    const data = (await client.take(50)).map(([, , event]) => (event as { data: number }).data);
    assert.deepEqual(
      data,
      data.map((_, i) => i),
    );
  }),
  strict('a-failed-call-is-not-announced', async (t) => {
    const { client } = await t.follow();
    await t.error(FUNCTION.set, { ...t.at, item_id: 'a' });
    await t.error(FUNCTION.update, { ...t.at, item_id: 'a', ops: [{ type: 'nonsense' }] });
    assert.deepEqual(await t.before(client), []);
  }),
];
