import assert from 'node:assert/strict';
import { FUNCTION, SOCKET_MESSAGE, STREAM_EVENT, TRIGGER_TYPE } from '../../../generated/constants.js';
import { explain, validateStreamTriggerPayload } from '../../../generated/validators.js';
import { area } from '../../runner/case.js';
import type { Context } from '../../runner/context.js';
import type { Inbox } from '../../wire/inbox.js';
import { HandlerError } from '../../wire/wiring.js';
import { untilInForce } from './probe.js';
import { bind, bindUnprobed, firedBefore, handler, onStream, type StreamPayload, short } from './setup.js';

const { documented, strict } = area('triggers');
const { create, update, delete: removed, event: custom } = STREAM_EVENT;

export const streamTriggerCases = [
  documented('stream-fires-on-create-update-and-delete', async (t) => {
    const { calls } = await onStream(t);
    await t.set('a', 1);
    assert.deepEqual(short(await calls.next('a create')), [create, 'a', 1]);
    await t.set('a', 2);
    assert.deepEqual(short(await calls.next('an update')), [update, 'a', 2]);
    await t.delete('a');
    assert.deepEqual(short(await calls.next('a delete')), [removed, 'a', 2]);
  }),
  documented('stream-fires-on-update-ops', async (t) => {
    const { calls } = await onStream(t);
    await t.update('a', [{ type: 'set', path: 'n', value: 1 }]);
    assert.deepEqual(short(await calls.next('a create')), [create, 'a', { n: 1 }]);
    await t.update('a', [{ type: 'increment', path: 'n', by: 1 }]);
    assert.deepEqual(short(await calls.next('an update')), [update, 'a', { n: 2 }]);
  }),
  documented('stream-payload-has-the-documented-fields', async (t) => {
    const { calls } = await onStream(t);
    await t.set('a', { n: 1 });
    const { type, timestamp, streamName, groupId, id, event } = await calls.next('a create');
    assert.equal(type, SOCKET_MESSAGE.stream);
    assert(
      Number.isInteger(timestamp) && timestamp > 1.6e12,
      `expected milliseconds since 1970, got timestamp ${timestamp}`,
    );
    assert.deepEqual([streamName, groupId, id], [t.at.stream_name, t.at.group_id, 'a']);
    assert.deepEqual(event, { type: create, data: { n: 1 } });
  }),
  strict('stream-payload-has-the-fields-of-the-schema-too', async (t) => {
    const { calls } = await onStream(t);
    await t.set('a', 1);
    const payload = await calls.next('a create');
    assert(validateStreamTriggerPayload(payload), explain(validateStreamTriggerPayload, 'payload'));
    const { event_type, stream_name, group_id } = payload as never as Record<string, unknown>;
    assert.deepEqual([event_type, stream_name, group_id], [create, t.at.stream_name, t.at.group_id]);
  }),
  strict('stream-payload-has-the-timestamp-of-the-socket-message', async (t) => {
    const { calls } = await onStream(t);
    const { client } = await t.follow();
    await t.set('a', 1);
    assert.equal((await calls.next('a create')).timestamp, (await client.nextStream()).timestamp);
  }),
  documented('stream-fires-only-for-its-stream', async (t) => {
    const { calls } = await onStream(t);
    await t.set('a', 1, { ...t.at, stream_name: t.name('other') });
    assert.deepEqual(await firedBefore(t, calls), []);
  }),
  documented('stream-fires-only-for-its-group', async (t) => {
    const { calls } = await onStream(t, { group_id: t.at.group_id });
    await t.set('a', 1, { ...t.at, group_id: 'other' });
    assert.deepEqual(await firedBefore(t, calls), []);
  }),
  documented('stream-fires-only-for-its-item', async (t) => {
    const { calls } = await onStream(t, { item_id: 'a' });
    await t.set('b', 1);
    assert.deepEqual(await firedBefore(t, calls, 'a'), []);
  }),
  documented('stream-without-a-group-fires-for-every-group', async (t) => {
    const { calls } = await onStream(t);
    await t.set('a', 1, { ...t.at, group_id: 'g1' });
    await t.set('a', 2, { ...t.at, group_id: 'g2' });
    const groups = (await calls.take(2, 'a create')).map(({ groupId }) => groupId);
    assert.deepEqual(new Set(groups), new Set(['g1', 'g2']));
  }),
  strict('stream-takes-empty-filters-as-none', async (t) => {
    const { calls } = await onStream(t, { group_id: '', item_id: '' });
    await t.set('a', 1);
    assert.deepEqual(short(await calls.next('a create')), [create, 'a', 1]);
  }),
  documented('stream-takes-null-filters-as-none', async (t) => {
    const { calls } = await onStream(t, { group_id: null, item_id: null, condition_function_id: null });
    await t.set('a', 1);
    assert.deepEqual(short(await calls.next('a create')), [create, 'a', 1]);
  }),
  documented('stream-does-not-fire-for-a-delete-of-nothing', async (t) => {
    const { calls } = await onStream(t);
    await t.delete('a');
    assert.deepEqual(await firedBefore(t, calls), []);
  }),
  documented('stream-fires-for-custom-events', async (t) => {
    const { calls } = await onStream(t);
    await t.send('typing', { by: 'a' });
    const { event, groupId } = await calls.next('a custom event');
    assert.equal(groupId, t.at.group_id);
    assert.deepEqual(event, { type: custom, event: { type: 'typing', data: { by: 'a' } } });
  }),
  documented('stream-fires-for-a-fire-and-forget-set', async (t) => {
    const { calls } = await onStream(t);
    (await t.main()).void(FUNCTION.set, { ...t.at, item_id: 'a', data: 1 });
    assert.deepEqual(short(await calls.next('a create')), [create, 'a', 1]);
  }),
  documented('stream-fires-each-of-two-triggers-once', async (t) => {
    const [one, two] = [await onStream(t), await onStream(t)];
    await t.set('a', 1);
    for (const { calls } of [one, two]) {
      assert.deepEqual(short(await calls.next('a create')), [create, 'a', 1]);
      assert.deepEqual(await firedBefore(t, calls), []);
    }
  }),
  documented('stream-fires-no-more-once-unregistered', async (t) => {
    const { worker, calls, triggerId } = await onStream(t);
    const { calls: others } = await onStream(t);
    worker.untrigger(triggerId);
    await worker.roundTrip();
    await untilSilent(t, calls, others);
  }),
  documented('stream-calls-a-function-of-another-worker', async (t) => {
    const unused = await handler<StreamPayload>(await t.worker(), t);
    const called = await handler<StreamPayload>(await t.worker(), t);
    const config = { stream_name: t.at.stream_name };
    (await t.worker()).trigger(TRIGGER_TYPE.stream, called.functionId, config);
    await untilInForce(t, TRIGGER_TYPE.stream, config, called.probed);
    await t.set('a', 1);
    assert.deepEqual(short(await called.calls.next('a create')), [create, 'a', 1]);
    assert.deepEqual(unused.calls.drain(), []);
  }),
  documented('a-failing-handler-changes-nothing-for-the-writer', async (t) => {
    const { calls } = await bind<StreamPayload>(
      t,
      TRIGGER_TYPE.stream,
      { stream_name: t.at.stream_name },
      () => {
        throw new HandlerError('broken', 'on purpose');
      },
    );
    assert.deepEqual(await t.set('a', 1), { old_value: null, new_value: 1 });
    await calls.next('a create');
    await t.set('a', 2);
    assert.deepEqual(short(await calls.next('an update')), [update, 'a', 2]);
  }),
  strict('stream-fires-in-commit-order', async (t) => {
    const { calls } = await onStream(t);
    for (let i = 0; i < 200; i++)
      (await t.main()).void(FUNCTION.set, { ...t.at, item_id: `i${i % 3}`, data: i });
    const data = (await calls.take(200, 'a change')).map(({ event }) => event.data);
    assert.deepEqual(
      data,
      data.map((_, i) => i),
    );
  }),
  strict('a-failed-call-fires-nothing', async (t) => {
    const { calls } = await onStream(t);
    await t.error(FUNCTION.set, { ...t.at, item_id: 'a' });
    assert.deepEqual(await firedBefore(t, calls), []);
  }),
  strict(
    'a-stream-trigger-without-a-stream-fires-for-nothing',
    async (t) => {
      const { worker, calls } = await bindUnprobed<StreamPayload>(t, TRIGGER_TYPE.stream, {});
      const { calls: others } = await onStream(t);
      await worker.roundTrip();
      await t.set('a', 1);
      await others.next('the other trigger');
      await firedBefore(t, others);
      assert.deepEqual(calls.drain(), []);
    },
    // Such a trigger ends the connections of other callers on some engines.
    { last: true },
  ),
  documented('triggers-go-with-the-worker-that-registered-them', async (t) => {
    const { functionId, calls, probed } = await handler<StreamPayload>(await t.worker(), t);
    const binding = await t.worker();
    const config = { stream_name: t.at.stream_name };
    binding.trigger(TRIGGER_TYPE.stream, functionId, config);
    await untilInForce(t, TRIGGER_TYPE.stream, config, probed);
    await t.set('a', 1);
    await calls.next('a create');
    await binding.close();
    const { calls: others } = await onStream(t);
    await untilSilent(t, calls, others);
  }),
];

/** Waits until a change fires only the other trigger: nothing tells when the end of a trigger took effect. */
async function untilSilent(
  t: Context,
  calls: Inbox<StreamPayload>,
  others: Inbox<StreamPayload>,
): Promise<void> {
  const trying = async (): Promise<void> => {
    for (let i = 0; ; i++) {
      await t.set(`late-${i}`, i);
      await others.next('the other trigger');
      await firedBefore(t, others);
      if (calls.drain().length === 0) return;
    }
  };
  await t.waits.for('a change that does not fire the trigger that ended', trying());
}
