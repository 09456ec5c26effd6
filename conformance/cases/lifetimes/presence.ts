import assert from 'node:assert/strict';
import { SOCKET_ERROR, TRIGGER_TYPE } from '../../../generated/constants.js';
import { cursorOf } from '../resume/setup.js';
import { onLeave } from '../triggers/setup.js';
import { CRASHES, enter, joins, LEASE, owned, refusal, settled, told } from './owned-setup.js';

const allowed = () => ({ presence: true });
const ann = { key: 'ann', data: { name: 'Ann' } };

export const clientPresenceCases = [
  owned('a-client-that-is-allowed-is-present', async (t) => {
    const { calls } = await joins(t, allowed);
    const watcher = await enter(t, { key: 'watcher', data: 0 });
    const one = await enter(t, ann);
    assert.deepEqual((await calls.take(2, 'the joins'))[1]?.presence, ann);
    // A sync may be of a moment before; the item is there all the same.
    assert.deepEqual(await t.list(), [0, ann.data]);
    one.client.leave(one.id, { streamName: t.at.stream_name, groupId: t.at.group_id });
    assert.deepEqual(await told(watcher.client, 'ann'), ['create ann']);
    assert.deepEqual(await t.list(), [0]);
  }),
  owned('who-returns-within-the-grace-is-no-event', async (t) => {
    await joins(t, allowed);
    const watcher = await enter(t, { key: 'watcher', data: 0 });
    let last = await enter(t, ann);
    for (let n = 0; n < 10; n += 1) {
      if (n % 2 === 0) last.client.terminate();
      const next = await enter(t, ann);
      if (n % 2 === 1) last.client.terminate();
      last = next;
    }
    assert.deepEqual(await settled(t, watcher.client), ['create ann']);
    assert.deepEqual(await t.get('ann'), ann.data);
  }),
  owned('who-returns-with-another-value-is-an-update', async (t) => {
    await joins(t, allowed);
    const watcher = await enter(t, { key: 'watcher', data: 0 });
    const one = await enter(t, ann);
    one.client.terminate();
    await enter(t, { key: 'ann', data: { name: 'Anna' } });
    assert.deepEqual(await settled(t, watcher.client), ['create ann', 'update ann']);
  }),
  owned('of-two-clients-with-one-key-the-item-stays-with-the-last', async (t) => {
    await joins(t, allowed);
    const watcher = await enter(t, { key: 'watcher', data: 0 });
    const one = await enter(t, ann);
    const two = await enter(t, { key: 'ann', data: 2 });
    two.client.terminate();
    assert.deepEqual(await settled(t, watcher.client), ['create ann', 'update ann', 'update ann']);
    assert.deepEqual(await t.get('ann'), ann.data);
    one.client.terminate();
    assert.deepEqual(await told(watcher.client, 'ann'), []);
  }),
  owned('a-handler-may-give-another-value', async (t) => {
    await joins(t, () => ({ presence: { data: { name: 'as the server knows it' } } }));
    await enter(t, { data: { name: 'as the client says' } });
    assert.deepEqual(await t.list(), [{ name: 'as the server knows it' }]);
  }),
  owned('presence-that-no-handler-allows-is-refused', async (t) => {
    const { calls } = await onLeave(t);
    const refusals = [await refusal(t, { key: 'a', data: 1 })];
    let answer: unknown;
    await joins(t, () => answer);
    for (answer of [undefined, {}, { presence: false }, { presence: 'yes' }, { presence: {} }])
      refusals.push(await refusal(t, { key: 'a', data: 1 }));
    for (const { code, message, subscriptionId } of refusals) {
      assert.deepEqual([code, subscriptionId], [SOCKET_ERROR.invalidInput, '1']);
      assert.match(message, /^presence/);
    }
    assert.deepEqual(await t.list(), []);
    assert.equal((await calls.next('the leave of who was told')).event_type, TRIGGER_TYPE.leave);
  }),
  owned('presence-that-cannot-be-is-refused', async (t) => {
    await joins(t, allowed);
    for (const presence of [1, 'x', [], {}, { key: 1, data: 1 }, { key: '', data: 1 }]) {
      const { code } = await refusal(t, presence);
      assert([SOCKET_ERROR.invalidMessage, SOCKET_ERROR.emptyName].includes(code as never), code);
    }
    assert.deepEqual(await t.list(), []);
  }),
  owned('what-somebody-else-wrote-stays', async (t) => {
    await joins(t, allowed);
    const watcher = await enter(t, { key: 'watcher', data: 0 });
    const one = await enter(t, ann);
    await t.set('ann', 'taken');
    one.client.terminate();
    assert.deepEqual(await settled(t, watcher.client), ['create ann', 'update ann']);
    assert.equal(await t.get('ann'), 'taken');
  }),
  owned(
    'who-was-subscribed-at-a-server-that-crashed-is-told-of-once',
    async (t) => {
      const config = await t.ownConfig();
      const first = await t.launch(config);
      const { calls: leaves } = await onLeave(t);
      const { client, id } = await t.follow();
      const { client: gone, id: left } = await t.follow();
      gone.leave(left, { streamName: t.at.stream_name, groupId: t.at.group_id });
      assert.equal((await leaves.next('the leave of who left')).subscription_id, left);
      // What is acknowledged after the leave is kept with it.
      await t.set('later', 1);
      await first.kill();
      for (const one of [client, gone]) one.terminate();
      await t.launch(config);
      const { calls } = await onLeave(t);
      const call = await calls.next('the leave of who was subscribed');
      assert.deepEqual(
        [call.subscription_id, call.reason, call.stream_name],
        [id, 'crashed', t.at.stream_name],
      );
      // Whatever was to be told comes before the leave of a later client.
      const { client: later, id: last } = await t.follow();
      later.terminate();
      const next = await calls.next('the leave of a later client');
      assert.deepEqual([next.subscription_id, next.reason], [last, undefined]);
    },
    CRASHES,
  ),
  owned(
    'a-crash-of-the-server-leaves-no-ghost',
    async (t) => {
      const config = await t.ownConfig();
      const first = await t.launch(config);
      await joins(t, allowed);
      const { client: ghost } = await enter(t, { key: 'ghost', data: 1 });
      const { client: bob, sync } = await enter(t, ann);
      await first.kill();
      for (const client of [ghost, bob]) client.terminate();
      await t.launch(config);
      await joins(t, allowed);
      const { sync: now } = await t.follow();
      assert.equal(cursorOf(now).seq >= cursorOf(sync).seq, true);
      await enter(t, ann);
      // Where other nodes share the store they may have been quicker than the start.
      const deadline = performance.now() + 3 * LEASE;
      while ((await t.get('ghost')) !== undefined && performance.now() < deadline);
      assert.deepEqual(await t.list(), [ann.data]);
    },
    CRASHES,
  ),
];
