import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeOutlet } from '../delivery/testing/harness.js';
import { SettlingFunctions } from './testing/fake-functions.js';
import { item, join, open, trigger } from './testing/open.js';

const joined = async (service: Awaited<ReturnType<typeof open>>['service'], more: object) => {
  const outlet = new FakeOutlet('o');
  await new Promise((resolve) => service.subscriptions.join(outlet, join('1', more), undefined, resolve));
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  return outlet.messages as unknown as Readonly<Record<string, unknown>>[];
};

test('a set that does not say what it wrote is an error, and nobody is told of a change', async () => {
  const { service, functions, call } = await open();
  functions.known.set('seen', () => ({}));
  service.registerTrigger(trigger('t', 'stream', 'seen', { stream_name: 's' }));
  for (const result of [undefined, null, 'done', {}, [], { old_value: 1 }]) {
    functions.known.set('stream::set(s)', () => ({ result }));
    await assert.rejects(call('stream::set', { ...item, data: 1 }), {
      code: 'STREAM_SET_ERROR',
      message: /^custom_stream: stream::set\(s\) returned no new_value/,
    });
  }
  assert.deepEqual(functions.callsOf('seen'), []);
  functions.known.set('stream::set(s)', () => ({ result: { new_value: null } }));
  assert.deepEqual(await call('stream::set', { ...item, data: 1 }), { old_value: null, new_value: null });
});

test('an update function of the stream gets the ops, and its result is the reply and the event', async () => {
  const { service, functions, call } = await open();
  functions.known.set('seen', () => ({}));
  service.registerTrigger(trigger('t', 'stream', 'seen', { stream_name: 's' }));
  const errors = [{ op_index: 0, code: 'c', message: 'm' }];
  functions.known.set('stream::set(s)', () => ({ failure: { code: 'no', message: 'not called' } }));
  functions.known.set('stream::get(s)', () => ({ failure: { code: 'no', message: 'not called' } }));
  functions.known.set('stream::update(s)', () => ({ result: { old_value: 1, new_value: 2, errors } }));
  const ops = [{ type: 'increment', path: 'n', by: 1 }];
  const result = await call('stream::update', { ...item, ops });
  assert.deepEqual(result, { old_value: 1, new_value: 2, errors });
  assert.deepEqual(functions.callsOf('stream::update(s)'), [{ ...item, ops }]);
  const [seen] = functions.callsOf('seen') as { event: unknown }[];
  assert.deepEqual(seen?.event, { type: 'update', data: 2 });
  functions.known.set('stream::update(s)', () => ({ result: 'done' }));
  await assert.rejects(call('stream::update', { ...item, ops }), {
    message: /^custom_stream: stream::update\(s\)/,
  });
});

test('items of a custom stream have the ids that their values tell, or are refused', async () => {
  const { service, functions } = await open();
  functions.known.set('stream::list(s)', () => ({ result: [{ id: 'a', n: 1.5 }, { id: 'b' }] }));
  const [sync = {}] = await joined(service, { withItems: true });
  assert.deepEqual((sync.event as { data: unknown }).data, [
    { id: 'a', rev: 0, data: { id: 'a', n: 1.5 } },
    { id: 'b', rev: 0, data: { id: 'b' } },
  ]);
  assert.ok(!('seq' in sync) && !('epoch' in sync), 'nobody can resume at it');
  for (const result of [[{ n: 1 }], [{ id: 'a' }, { id: 'a' }], [{ id: '' }], [{ id: 7 }], ['a']]) {
    functions.known.set('stream::list(s)', () => ({ result }));
    const messages = await joined(service, { withItems: true });
    assert.deepEqual(
      messages.map(({ type, code, subscriptionId }) => [type, code, subscriptionId]),
      [['error', 'items_unsupported', '1']],
      JSON.stringify(result),
    );
    const [plain = {}] = await joined(service, {});
    assert.deepEqual((plain.event as { data: unknown }).data, result);
  }
});

test('whether a stream is a custom one is known before its storage is touched, and calls stay in order', async () => {
  const { functions, call } = await open(undefined, new SettlingFunctions());
  let settled = (): void => {};
  functions.settling = new Promise<void>((resolve) => {
    settled = resolve;
  });
  const first = call('stream::set', { ...item, data: 1 });
  const second = call('stream::set', { ...item, data: 2 });
  functions.known.set('stream::set(s)', (payload) => ({
    result: { new_value: (payload as { data: unknown }).data },
  }));
  settled();
  await Promise.all([first, second]);
  assert.deepEqual(
    functions.callsOf('stream::set(s)').map((payload) => (payload as { data: unknown }).data),
    [1, 2],
  );
  functions.settling = Promise.reject(new Error('the engine does not say'));
  functions.known.clear();
  await assert.rejects(call('stream::set', { ...item, data: 3 }));
  functions.settling = undefined;
  assert.equal(await call('stream::get', item), undefined, 'nothing came to the built-in storage');
});
