import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import { validateStreamTriggerPayload } from '../../generated/validators.js';
import { FakeOutlet } from '../delivery/testing/harness.js';
import { item, join, open, trigger } from './testing/open.js';

test('the eight functions answer in the documented shapes', async () => {
  const { call } = await open();
  assert.deepEqual(await call('stream::set', { ...item, data: [] }), { old_value: null, new_value: [] });
  assert.deepEqual(await call('stream::set', { ...item, data: { n: 1 } }), {
    old_value: [],
    new_value: { n: 1 },
  });
  assert.deepEqual(await call('stream::get', item), { n: 1 });
  assert.equal(await call('stream::get', { ...item, item_id: 'none' }), undefined);
  const ops = [
    { type: 'increment', path: 'n', by: 2 },
    { type: 'append', path: 'n', value: 1 },
  ];
  const updated = (await call('stream::update', { ...item, ops })) as { errors: unknown[] };
  assert.deepEqual(
    { ...updated, errors: updated.errors.length },
    { old_value: { n: 1 }, new_value: { n: 3 }, errors: 1 },
  );
  assert.deepEqual(await call('stream::update', { ...item, ops: [] }), {
    old_value: { n: 3 },
    new_value: { n: 3 },
  });
  assert.deepEqual(await call('stream::list', item), [{ n: 3 }]);
  assert.deepEqual(await call('stream::list_groups', { stream_name: 's' }), ['g']);
  assert.deepEqual(await call('stream::list_all'), { stream: [{ id: 's', groups: ['g'] }], count: 1 });
  assert.equal(
    await call('stream::send', { stream_name: 's', group_id: 'g', type: 't', data: null }),
    undefined,
  );
  assert.deepEqual(await call('stream::delete', item), { old_value: { n: 3 } });
  assert.deepEqual(await call('stream::delete', item), { old_value: null });
  assert.deepEqual(await call('stream::list_all', {}), { stream: [], count: 0 });
});

test('bad input is answered with the code of the function and the field at fault', async () => {
  const { call } = await open();
  const refused: [string, unknown, RegExp][] = [
    ['stream::set', { ...item }, /^invalid_input: data: is required/],
    ['stream::set', { ...item, group_id: 3, data: 1 }, /^invalid_input: group_id: must be string/],
    ['stream::set', { ...item, item_id: '', data: 1 }, /^invalid_input: item_id: must not be empty/],
    ['stream::set', { ...item, stream_name: 'x'.repeat(17), data: 1 }, /^limit: stream_name: .*at most 16/],
    ['stream::set', { ...item, data: [[[[[1]]]]] }, /^limit: data: nests deeper than max_depth/],
    ['stream::set', { ...item, data: 'x'.repeat(1000) }, /^limit: data: .*max_frame_bytes/],
    ['stream::set', 'text', /^invalid_input: payload: must be object/],
  ];
  for (const [id, payload, message] of refused)
    await assert.rejects(call(id, payload), { code: 'STREAM_SET_ERROR', message });
  await assert.rejects(call('stream::nothing', {}), { code: 'function_not_found' });
});

test('stream triggers filter, carry both spellings, and stay in commit order behind a slow condition', async () => {
  const { service, functions, call } = await open();
  const seen: number[] = [];
  functions.known.set('all', () => ({}));
  functions.known.set('one', () => ({}));
  functions.known.set('odd', (payload) => {
    seen.push((payload as { event: { data: number } }).event.data);
    return {};
  });
  const gates: (() => void)[] = [];
  functions.known.set('isOdd', async (payload) => {
    await new Promise<void>((resolve) => gates.push(resolve));
    const { data } = (payload as { event: { data: number } }).event;
    if (data === 5) return { failure: { code: 'x', message: 'x' } };
    return { result: data % 2 === 1 ? null : false };
  });
  assert.equal(
    service.registerTrigger(trigger('1', 'stream', 'all', { stream_name: 's', group_id: '' })),
    undefined,
  );
  service.registerTrigger(
    trigger('2', 'stream', 'one', { stream_name: 's', group_id: 'g', item_id: 'other' }),
  );
  service.registerTrigger(
    trigger('3', 'stream', 'odd', { stream_name: 's', condition_function_id: 'isOdd' }),
  );
  assert.match(
    service.registerTrigger(trigger('4', 'stream', 'all'))?.message ?? '',
    /stream_name: is required/,
  );
  for (let n = 1; n <= 7; n++) await call('stream::set', { ...item, data: n });
  await call('stream::set', { ...item, stream_name: 'elsewhere', data: 1 });
  for (const open of gates.reverse()) {
    open();
    await tick();
  }
  assert.deepEqual(seen, [1, 3, 7]);
  assert.equal(functions.callsOf('one').length, 0);
  const [first] = functions.callsOf('all') as Record<string, unknown>[];
  assert.ok(validateStreamTriggerPayload(first));
  const { type, streamName, groupId, id, event, event_type, stream_name, group_id } = first as Record<
    string,
    unknown
  >;
  assert.deepEqual(
    { type, streamName, groupId, id, event, event_type, stream_name, group_id },
    {
      type: 'stream',
      streamName: 's',
      groupId: 'g',
      id: 'i',
      event: { type: 'create', data: 1 },
      event_type: 'create',
      stream_name: 's',
      group_id: 'g',
    },
  );
  service.unregisterTrigger('1');
  await call('stream::send', { stream_name: 's', group_id: 'g', type: 't', data: 1 });
  assert.equal(functions.callsOf('all').length, 7);
});

test('the auth function decides, fail closed', async () => {
  const { service, functions } = await open('auth');
  const request = { headers: { a: 'b' }, path: '/', queryParams: { q: ['1'] }, addr: '127.0.0.1:1' };
  const status = async () => {
    const result = await service.subscriptions.authenticate(request);
    return result.allowed ? (result.context ?? 'in') : result.status;
  };
  assert.equal(await status(), 503);
  const results: [unknown, unknown][] = [
    [{ context: { n: 1 } }, '{"n":1}'],
    [{ context: null }, 'in'],
    [{}, 'in'],
    [undefined, 401],
    [null, 401],
    [true, 401],
  ];
  for (const [result, expected] of results) {
    functions.known.set('auth', () => ({ result }));
    assert.equal(await status(), expected, JSON.stringify(result));
  }
  functions.known.set('auth', () => ({ failure: { code: 'invocation_failed', message: 'no' } }));
  assert.equal(await status(), 401);
  assert.deepEqual(functions.callsOf('auth')[0], {
    headers: { a: 'b' },
    path: '/',
    query_params: { q: ['1'] },
    addr: '127.0.0.1:1',
  });
});

test('a custom stream stands in for the storage, and its results reach reply, subscribers and triggers', async () => {
  const { service, functions, call } = await open();
  const kept = new Map<string, unknown>();
  functions.known.set('stream::set(s)', (payload) => {
    const { item_id, data } = payload as { item_id: string; data: object };
    const old_value = kept.get(item_id) ?? null;
    kept.set(item_id, { ...data, id: item_id });
    return { result: { old_value, new_value: kept.get(item_id) } };
  });
  functions.known.set('stream::get(s)', (payload) => ({
    result: kept.get((payload as { item_id: string }).item_id),
  }));
  functions.known.set('stream::list(s)', () => ({ result: [...kept.values()] }));
  functions.known.set('seen', () => ({}));
  service.registerTrigger(trigger('t', 'stream', 'seen', { stream_name: 's' }));
  const outlet = new FakeOutlet('o');
  await call('stream::set', { ...item, data: { n: 1 } });
  await new Promise((resolve) => service.subscriptions.join(outlet, join('1'), undefined, resolve));
  await tick();
  await tick();
  assert.deepEqual(await call('stream::set', { ...item, data: { n: 2 } }), {
    old_value: { n: 1, id: 'i' },
    new_value: { n: 2, id: 'i' },
  });
  const ops = [{ type: 'increment', path: 'n', by: 1 }];
  const both = await Promise.all([
    call('stream::update', { ...item, ops }),
    call('stream::update', { ...item, ops }),
  ]);
  assert.deepEqual((both[1] as { new_value: unknown }).new_value, { n: 4, id: 'i' });
  await tick();
  assert.deepEqual(
    outlet.messages.map(({ event }) => [event?.type, event?.data]),
    [
      ['sync', [{ n: 1, id: 'i' }]],
      ['update', { n: 2, id: 'i' }],
      ['update', { n: 3, id: 'i' }],
      ['update', { n: 4, id: 'i' }],
    ],
  );
  assert.equal(functions.callsOf('seen').length, 4);
  functions.known.set('stream::set(s)', () => ({
    failure: { code: 'invocation_failed', message: 'broken' },
  }));
  await assert.rejects(call('stream::set', { ...item, data: {} }), {
    code: 'STREAM_SET_ERROR',
    message: /^custom_stream: .*broken/,
  });
});
