import assert from 'node:assert/strict';
import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import { area } from '../../runner/case.js';
import { address } from '../../runner/context.js';

const { documented, strict } = area('socket');
const { sync, create, update, delete: removed } = STREAM_EVENT;

export const joinCases = [
  documented('a-group-join-answers-with-a-sync-of-its-values', async (t) => {
    await t.set('a', { id: 'a', n: 1 });
    const { sync: message } = await t.follow();
    assert.deepEqual(message.event, { type: sync, data: [{ id: 'a', n: 1 }] });
    assert.equal(message.id, null, 'the sync of a group has no item id');
    assert.deepEqual(address({ stream_name: message.streamName, group_id: message.groupId }), address(t.at));
  }),
  documented('the-sync-of-an-empty-group-is-an-empty-array', async (t) => {
    const { sync: message } = await t.follow();
    assert.deepEqual(message.event, { type: sync, data: [] });
  }),
  documented('an-item-join-answers-with-the-item', async (t) => {
    await t.set('a', { n: 1 });
    await t.set('b', { n: 2 });
    const { sync: message } = await t.follow({ id: 'b' });
    assert.equal(message.id, 'b');
    assert.deepEqual(message.event, { type: sync, data: { n: 2 } });
  }),
  documented('the-sync-of-a-missing-item-is-null', async (t) => {
    const { sync: message } = await t.follow({ id: 'a' });
    assert.equal(message.id, 'a');
    assert.deepEqual(message.event, { type: sync, data: null });
  }),
  documented('the-sync-of-a-deleted-item-is-null', async (t) => {
    await t.set('a', 1);
    await t.delete('a');
    const { sync: message } = await t.follow({ id: 'a' });
    assert.deepEqual(message.event, { type: sync, data: null });
  }),
  documented('the-sync-leaves-out-deleted-items', async (t) => {
    await t.set('a', 1);
    await t.set('b', 2);
    await t.delete('a');
    const { sync: message } = await t.follow();
    assert.deepEqual(message.event, { type: sync, data: [2] });
  }),
  documented('a-join-in-a-binary-frame-is-a-join', async (t) => {
    await t.set('a', 1);
    const client = await t.socket();
    client.sendBinary({ type: SOCKET_MESSAGE.join, data: { ...address(t.at), subscriptionId: 'one' } });
    assert.deepEqual(await client.take(1), [[sync, null, [1]]]);
  }),
  documented('a-join-with-a-null-id-is-a-group-join', async (t) => {
    await t.set('a', 1);
    const { sync: message } = await t.follow({ id: null });
    assert.deepEqual([message.id, message.event], [null, { type: sync, data: [1] }]);
  }),
  documented('a-group-subscription-gets-every-change', async (t) => {
    const { client } = await t.follow();
    await t.set('a', 1);
    await t.set('b', 2);
    await t.set('a', 3);
    await t.delete('b');
    assert.deepEqual(await client.take(4), [
      [create, 'a', 1],
      [create, 'b', 2],
      [update, 'a', 3],
      [removed, 'b', 2],
    ]);
  }),
  documented('an-item-subscription-gets-only-its-item', async (t) => {
    const { client } = await t.follow({ id: 'a' });
    await t.set('b', 1);
    await t.set('a', 2);
    await t.delete('b');
    await t.set('a', 3);
    assert.deepEqual(await client.take(2), [
      [create, 'a', 2],
      [update, 'a', 3],
    ]);
    assert.deepEqual(await t.before(client, { id: 'a' }), []);
  }),
  documented('a-subscription-gets-nothing-of-other-groups', async (t) => {
    const { client } = await t.follow();
    await t.set('a', 1, { ...t.at, group_id: t.name('other') });
    await t.set('a', 1, { ...t.at, stream_name: t.name('other') });
    assert.deepEqual(await t.before(client), []);
  }),
  documented('every-subscriber-gets-every-change', async (t) => {
    const followers = await Promise.all(Array.from({ length: 10 }, () => t.follow()));
    await t.set('a', 1);
    for (const { client } of followers) assert.deepEqual(await client.take(1), [[create, 'a', 1]]);
  }),
  documented('after-a-leave-nothing-comes', async (t) => {
    const other = { ...t.at, group_id: t.name('other') };
    const { client, id } = await t.follow();
    client.join(address(other));
    await client.nextStream('the other sync');
    client.leave(id, address(t.at));
    await t.processed(client);
    await t.set('a', 1);
    assert.deepEqual(await t.before(client, { at: other }), []);
  }),
  documented('a-leave-keeps-other-subscriptions', async (t) => {
    const other = { ...t.at, group_id: t.name('other') };
    const { client, id } = await t.follow();
    client.join(address(other));
    await client.nextStream('the other sync');
    client.leave(id, address(t.at));
    await t.processed(client);
    await t.set('a', 1, other);
    assert.deepEqual(await client.take(1), [[create, 'a', 1]]);
  }),
  documented('a-leave-of-an-unknown-subscription-is-ignored', async (t) => {
    const { client } = await t.follow();
    client.leave('nobody', address(t.at));
    await t.set('a', 1);
    assert.deepEqual(await client.take(1), [[create, 'a', 1]]);
  }),
  strict('a-leave-needs-the-subscription-id-only', async (t) => {
    const other = { ...t.at, group_id: t.name('other') };
    const { client, id } = await t.follow();
    client.join(address(other));
    await client.nextStream('the other sync');
    client.send({ type: SOCKET_MESSAGE.leave, data: { subscriptionId: id } });
    await t.processed(client);
    await t.set('a', 1);
    assert.deepEqual(await t.before(client, { at: other }), []);
  }),
  documented('one-socket-holds-many-subscriptions', async (t) => {
    const client = await t.socket();
    const groups = Array.from({ length: 20 }, (_, i) => ({ ...t.at, group_id: `g${i}` }));
    for (const at of groups) client.join(address(at));
    const syncs = await client.takeStream(20);
    assert.deepEqual(new Set(syncs.map(({ groupId }) => groupId)), new Set(groups.map((at) => at.group_id)));
    for (const at of groups) await t.set('a', at.group_id, at);
    const changes = await client.takeStream(20);
    assert.deepEqual(
      changes.map(({ groupId, event }) => [groupId, event]),
      groups.map(({ group_id }) => [group_id, { type: create, data: group_id }]),
    );
  }),
  strict('two-subscriptions-to-a-group-get-a-change-once', async (t) => {
    const { client } = await t.follow();
    client.join(address(t.at));
    await client.nextStream('the second sync');
    await t.set('a', 1);
    assert.deepEqual(await t.before(client), [[create, 'a', 1]]);
  }),
  strict('a-group-and-an-item-subscription-get-a-change-once', async (t) => {
    const { client } = await t.follow();
    client.join({ ...address(t.at), id: 'a' });
    await client.nextStream('the second sync');
    await t.set('a', 1);
    await t.send('hello', 1, 'a');
    assert.deepEqual(await t.before(client), [
      [create, 'a', 1],
      [STREAM_EVENT.event, 'a', { type: 'hello', data: 1 }],
    ]);
  }),
  strict('after-one-of-two-leaves-a-change-still-comes-once', async (t) => {
    const { client, id } = await t.follow();
    client.join(address(t.at));
    await client.nextStream('the second sync');
    client.leave(id, address(t.at));
    await t.processed(client);
    await t.set('a', 1);
    assert.deepEqual(await t.before(client), [[create, 'a', 1]]);
  }),
  strict('a-join-on-a-live-socket-repeats-nothing-but-its-sync', async (t) => {
    const { client } = await t.follow();
    await t.set('a', 1);
    client.join({ ...address(t.at), id: 'a' });
    assert.deepEqual(await client.take(2), [
      [create, 'a', 1],
      [sync, 'a', 1],
    ]);
    assert.deepEqual(await t.before(client), []);
  }),
  documented('a-join-after-a-leave-syncs-again', async (t) => {
    const { client, id } = await t.follow();
    client.leave(id, address(t.at));
    await t.processed(client);
    await t.set('a', 1);
    client.join(address(t.at));
    assert.deepEqual(await client.take(1), [[sync, null, [1]]]);
  }),
];
