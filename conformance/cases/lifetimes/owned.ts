import assert from 'node:assert/strict';
import { FUNCTION, STREAM_EVENT } from '../../../generated/constants.js';
import { give, joins, owned } from './owned-setup.js';
import { endOf, ends, refused, updateWith } from './setup.js';

export const ownedCases = [
  owned('an-item-goes-with-its-connection', async (t) => {
    const { connect } = await joins(t);
    const one = await connect();
    const watcher = await connect();
    await give(t, 'a', one.owner, { n: 1 });
    one.client.terminate();
    const { event } = await endOf(watcher.client, 'a');
    assert.deepEqual(event, { type: STREAM_EVENT.delete, data: { n: 1 }, reason: 'owner_left' });
    assert.deepEqual(await t.list(), []);
  }),
  owned('connection-ids-are-those-of-connections', async (t) => {
    const { calls, connect } = await joins(t);
    const one = await connect();
    const two = await connect();
    assert.notEqual(one.owner.connection_id, two.owner.connection_id);
    one.client.join({ streamName: t.at.stream_name, groupId: t.at.group_id, id: 'x' });
    assert.equal((await calls.next('a second join')).connection_id, one.owner.connection_id);
  }),
  owned('an-item-goes-after-a-connection-that-was-closed-in-order', async (t) => {
    const { connect } = await joins(t);
    const one = await connect();
    const watcher = await connect();
    await updateWith(t, 'a', { owner: one.owner });
    await one.client.close();
    assert.deepEqual(await ends(watcher.client, 'a'), [['a', 'owner_left']]);
  }),
  owned('an-owner-goes-with-a-set-and-stays-with-an-update', async (t) => {
    const { connect } = await joins(t);
    const one = await connect();
    const watcher = await connect();
    for (const item of ['set', 'updated', 'last']) await give(t, item, one.owner);
    await t.set('set', 2);
    await updateWith(t, 'updated', {});
    one.client.terminate();
    const gone = [await endOf(watcher.client, 'updated'), await endOf(watcher.client, 'last')];
    assert.deepEqual(
      gone.map(({ id }) => id),
      ['updated', 'last'],
    );
    assert.deepEqual(await t.list(), [2]);
  }),
  owned('an-item-that-was-given-to-another-is-the-others', async (t) => {
    const { connect } = await joins(t);
    const one = await connect();
    const two = await connect();
    const watcher = await connect();
    await give(t, 'a', one.owner);
    await give(t, 'last', one.owner);
    await give(t, 'a', two.owner);
    one.client.terminate();
    assert.deepEqual(await ends(watcher.client, 'last'), [['last', 'owner_left']]);
    assert.equal(await t.get('a'), 1);
    two.client.terminate();
    assert.deepEqual(await ends(watcher.client, 'a'), [['a', 'owner_left']]);
  }),
  owned('an-item-that-was-made-again-is-not-the-former-owners', async (t) => {
    const { connect } = await joins(t);
    const one = await connect();
    const watcher = await connect();
    await give(t, 'a', one.owner);
    await give(t, 'last', one.owner);
    await t.delete('a');
    await t.set('a', 2);
    one.client.terminate();
    assert.deepEqual(await ends(watcher.client, 'last'), [
      ['a', undefined],
      ['last', 'owner_left'],
    ]);
    assert.equal(await t.get('a'), 2);
  }),
  owned('an-owner-that-is-no-connection-is-refused', async (t) => {
    const { connect } = await joins(t);
    const one = await connect();
    const gone = await connect();
    await give(t, 'last', gone.owner);
    gone.client.terminate();
    await endOf(one.client, 'last');
    for (const owner of [gone.owner, { connection_id: 'x' }, {}, 'x', 1])
      for (const [id, more] of [
        [FUNCTION.set, { data: 1 }],
        [FUNCTION.update, { ops: [] }],
      ] as const)
        await refused(t, id, 'owner', { item_id: 'a', ...more, owner });
    assert.deepEqual(await t.list(), []);
  }),
];
