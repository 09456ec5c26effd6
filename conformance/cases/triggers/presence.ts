import assert from 'node:assert/strict';
import { STREAM_EVENT, TRIGGER_TYPE } from '../../../generated/constants.js';
import {
  explain,
  validateJoinTriggerPayload,
  validateLeaveTriggerPayload,
} from '../../../generated/validators.js';
import { area } from '../../runner/case.js';
import { address } from '../../runner/context.js';
import { HandlerError } from '../../wire/wiring.js';
import { bind, onJoin, onLeave, type PresencePayload } from './setup.js';

const { documented, strict } = area('triggers');
const { sync, create, unauthorized } = STREAM_EVENT;

export const presenceCases = [
  documented('join-fires-with-the-subscription', async (t) => {
    const { calls } = await onJoin(t);
    const { id } = await t.follow();
    const call = await calls.next('a join');
    assert.deepEqual(
      [call.subscription_id, call.stream_name, call.group_id, call.id ?? null],
      [id, t.at.stream_name, t.at.group_id, null],
    );
  }),
  documented('join-names-the-item-of-an-item-subscription', async (t) => {
    const { calls } = await onJoin(t);
    await t.follow({ id: 'a' });
    assert.equal((await calls.next('a join')).id, 'a');
  }),
  documented('join-without-a-stream-fires-for-every-stream', async (t) => {
    const { calls } = await bind<PresencePayload>(t, TRIGGER_TYPE.join, {});
    for (const stream_name of [t.name('one'), t.name('two')]) {
      const { id } = await t.follow({}, { ...t.at, stream_name });
      const call = await calls.next('a join');
      assert.deepEqual([call.stream_name, call.subscription_id], [stream_name, id]);
    }
  }),
  documented('join-fires-only-for-its-stream', async (t) => {
    const { calls } = await onJoin(t);
    await t.follow({}, { ...t.at, stream_name: t.name('other') });
    const { id } = await t.follow();
    assert.equal((await calls.next('a join')).subscription_id, id);
  }),
  documented('join-fires-for-each-subscription-of-a-socket', async (t) => {
    const { calls } = await onJoin(t);
    const { client, id } = await t.follow();
    const second = client.join(address({ ...t.at, group_id: 'g2' }));
    await client.nextStream('the second sync');
    const ids = (await calls.take(2, 'a join')).map(({ subscription_id }) => subscription_id);
    assert.deepEqual(new Set(ids), new Set([id, second]));
  }),
  strict('join-payload-has-the-fields-of-the-schema', async (t) => {
    const { calls } = await onJoin(t);
    await t.follow();
    const payload: unknown = await calls.next('a join');
    assert(validateJoinTriggerPayload(payload), explain(validateJoinTriggerPayload, 'payload'));
    assert.equal(payload.event_type, TRIGGER_TYPE.join);
  }),
  strict('join-fires-for-a-path-subscription', async (t) => {
    const { calls } = await onJoin(t);
    await t.socket(`/stream/${t.at.stream_name}/${t.at.group_id}/`);
    const { group_id, subscription_id } = await calls.next('a join');
    assert.equal(group_id, t.at.group_id);
    assert.notEqual(subscription_id, '');
  }),
  documented('a-join-handler-may-refuse', async (t) => {
    await t.set('a', 'secret');
    await onJoin(t, {}, () => ({ unauthorized: true }));
    const client = await t.socket();
    client.join(address(t.at));
    assert.deepEqual((await client.take(1))[0]?.[0], unauthorized);
  }),
  documented('a-refused-join-gets-no-data-ever', async (t) => {
    await onJoin(t, {}, ({ group_id }) => ({ unauthorized: group_id === t.at.group_id }));
    const client = await t.socket();
    client.join(address(t.at));
    await client.nextStream('the refusal');
    const other = { ...t.at, group_id: t.name('other') };
    client.join(address(other));
    assert.deepEqual(await client.take(1), [[sync, null, []]]);
    await t.set('a', 'secret');
    await t.send('hello', 'secret');
    assert.deepEqual(await t.before(client, { at: other }), []);
  }),
  documented('a-join-handler-that-returns-anything-else-lets-in', async (t) => {
    const answers: unknown[] = [undefined, null, {}, { unauthorized: false }, true];
    await onJoin(t, {}, ({ group_id }) => answers[Number(group_id.slice(1))]);
    for (const i of answers.keys()) await t.follow({}, { ...t.at, group_id: `g${i}` });
  }),
  strict('no-data-comes-before-the-join-handler-answered', async (t) => {
    let allow = (): void => {};
    const { calls } = await onJoin(
      t,
      {},
      () =>
        new Promise((resolve) => {
          allow = () => resolve({});
        }),
    );
    const client = await t.socket();
    client.join(address(t.at));
    await calls.next('a join');
    await t.set('a', 1);
    allow();
    assert.deepEqual(await client.take(1), [[sync, null, [1]]]);
  }),
  strict('a-join-handler-that-fails-refuses', async (t) => {
    await onJoin(t, {}, () => {
      throw new HandlerError('broken', 'on purpose');
    });
    const client = await t.socket();
    client.join(address(t.at));
    assert.deepEqual((await client.take(1))[0]?.[0], unauthorized);
  }),
  strict('one-of-two-join-handlers-is-enough-to-refuse', async (t) => {
    await onJoin(t, {}, () => ({}));
    await onJoin(t, {}, () => ({ unauthorized: true }));
    const client = await t.socket();
    client.join(address(t.at));
    assert.deepEqual((await client.take(1))[0]?.[0], unauthorized);
  }),
  documented('leave-fires-on-a-leave', async (t) => {
    const { calls } = await onLeave(t);
    const { client, id } = await t.follow();
    client.leave(id, address(t.at));
    const { subscription_id, stream_name, group_id } = await calls.next('a leave');
    assert.deepEqual([subscription_id, stream_name, group_id], [id, t.at.stream_name, t.at.group_id]);
  }),
  documented('leave-fires-for-each-subscription-of-a-socket-that-closes', async (t) => {
    const { calls } = await onLeave(t);
    const { client, id } = await t.follow({ id: 'a' });
    const second = client.join(address({ ...t.at, group_id: 'g2' }));
    await client.nextStream('the second sync');
    await client.close();
    const left = await calls.take(2, 'a leave');
    assert.deepEqual(new Set(left.map(({ subscription_id }) => subscription_id)), new Set([id, second]));
    assert.equal(left.find(({ subscription_id }) => subscription_id === id)?.id, 'a');
  }),
  documented('leave-fires-for-a-socket-that-breaks', async (t) => {
    const { calls } = await onLeave(t);
    const { client, id } = await t.follow();
    client.terminate();
    assert.equal((await calls.next('a leave')).subscription_id, id);
  }),
  documented('leave-of-an-unknown-subscription-fires-nothing', async (t) => {
    const { calls } = await onLeave(t);
    const { client, id } = await t.follow();
    client.leave('nobody', address(t.at));
    client.leave(id, address(t.at));
    assert.equal((await calls.next('a leave')).subscription_id, id);
  }),
  documented('leave-fires-once', async (t) => {
    const { calls } = await onLeave(t);
    const { client, id } = await t.follow();
    client.leave(id, address(t.at));
    await client.close();
    const { client: next, id: nextId } = await t.follow();
    await next.close();
    const ids = (await calls.take(2, 'a leave')).map(({ subscription_id }) => subscription_id);
    assert.deepEqual(ids, [id, nextId]);
  }),
  documented('leave-fires-only-for-its-stream', async (t) => {
    const { calls } = await onLeave(t);
    const other = await t.follow({}, { ...t.at, stream_name: t.name('other') });
    await other.client.close();
    const { client, id } = await t.follow();
    await client.close();
    assert.equal((await calls.next('a leave')).subscription_id, id);
  }),
  strict('leave-payload-has-the-fields-of-the-schema', async (t) => {
    const { calls } = await onLeave(t);
    await (await t.follow()).client.close();
    const payload: unknown = await calls.next('a leave');
    assert(validateLeaveTriggerPayload(payload), explain(validateLeaveTriggerPayload, 'payload'));
    assert.equal(payload.event_type, TRIGGER_TYPE.leave);
  }),
  strict('a-refused-join-fires-no-leave', async (t) => {
    const { calls } = await onLeave(t);
    await onJoin(t, {}, ({ group_id }) => ({ unauthorized: group_id === 'refused' }));
    const client = await t.socket();
    client.join(address({ ...t.at, group_id: 'refused' }));
    await client.nextStream('the refusal');
    await client.close();
    const { client: next, id } = await t.follow();
    await next.close();
    assert.equal((await calls.next('a leave')).subscription_id, id);
  }),
  documented('a-change-after-a-join-reaches-the-client-that-was-let-in', async (t) => {
    await onJoin(t, {}, () => ({}));
    const { client } = await t.follow();
    await t.set('a', 1);
    assert.deepEqual(await client.take(1), [[create, 'a', 1]]);
  }),
];
