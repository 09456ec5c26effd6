import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeOutlet } from '../delivery/testing/harness.js';
import { item, join, open, trigger } from './testing/open.js';

test('observers hear of changes, custom events, joins and leaves, as triggers get them', async () => {
  const { service, functions, call } = await open();
  await call('stream::set', { ...item, data: 0 });
  assert.deepEqual(functions.calls, [], 'nobody observes: nothing is made');
  functions.observing = true;
  await call('stream::set', { ...item, data: 1 });
  await call('stream::send', { stream_name: 's', group_id: 'g', type: 't', data: 2 });
  const outlet = new FakeOutlet('o');
  await new Promise((resolve) => service.subscriptions.join(outlet, join('1'), undefined, resolve));
  service.subscriptions.leave(outlet, '1');
  const heard = functions.calls.map(({ id, payload }) => {
    const { event_type, stream_name, group_id } = payload as Readonly<Record<string, unknown>>;
    return [id, event_type, stream_name, group_id];
  });
  assert.deepEqual(heard, [
    ['stream::on-changed', 'update', 's', 'g'],
    ['stream::on-changed', 'event', 's', 'g'],
    ['stream::on-join', 'stream:join', 's', 'g'],
    ['stream::on-leave', 'stream:leave', 's', 'g'],
  ]);
});

test('a join that is refused is not observed', async () => {
  const { service, functions } = await open();
  functions.observing = true;
  functions.known.set('guard', () => ({ result: { unauthorized: true } }));
  service.registerTrigger(trigger('t', 'stream:join', 'guard'));
  const outlet = new FakeOutlet('o');
  await new Promise((resolve) => service.subscriptions.join(outlet, join('1'), undefined, resolve));
  assert.deepEqual(
    functions.calls.map(({ id }) => id),
    ['guard'],
  );
});

test('the metadata of a trigger reaches its function, and not its condition', async () => {
  const { service, functions, call } = await open();
  const given: [string, unknown][] = [];
  for (const id of ['changed', 'joined', 'left', 'condition'])
    functions.known.set(id, (_payload, { metadata }) => {
      given.push([id, metadata]);
      return {};
    });
  const metadata = { a: [1] };
  service.registerTrigger({ ...trigger('1', 'stream', 'changed', { stream_name: 's' }), metadata });
  service.registerTrigger({
    ...trigger('2', 'stream:join', 'joined', { condition_function_id: 'condition' }),
    metadata,
  });
  service.registerTrigger({ ...trigger('3', 'stream:leave', 'left'), metadata });
  service.registerTrigger({ ...trigger('4', 'stream', 'changed', { stream_name: 's' }), metadata: null });
  await call('stream::set', { ...item, data: 1 });
  const outlet = new FakeOutlet('o');
  await new Promise((resolve) => service.subscriptions.join(outlet, join('1'), undefined, resolve));
  service.subscriptions.leave(outlet, '1');
  assert.deepEqual(given, [
    ['changed', '{"a":[1]}'],
    ['changed', undefined],
    ['condition', undefined],
    ['joined', '{"a":[1]}'],
    ['left', '{"a":[1]}'],
  ]);
});
