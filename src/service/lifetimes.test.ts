import assert from 'node:assert/strict';
import { test } from 'node:test';
import { item, open, trigger } from './testing/open.js';

const set = (fields: object) => ['stream::set', { ...item, data: 1, ...fields }] as const;
const YEAR_MS = 365 * 24 * 3_600_000;

test('an item whose time is up is gone, and its triggers hear why', async () => {
  const { service, call, functions } = await open();
  const told = new Promise<Record<string, unknown>>((resolve) =>
    functions.known.set('onDelete', (payload) => {
      resolve(payload as Record<string, unknown>);
      return {};
    }),
  );
  functions.known.set('isDelete', (payload) => ({
    result: (payload as { event_type: string }).event_type === 'delete',
  }));
  const config = { stream_name: 's', condition_function_id: 'isDelete' };
  service.registerTrigger(trigger('t', 'stream', 'onDelete', config));
  assert.deepEqual(await call(...set({ ttl_ms: 20 })), { old_value: null, new_value: 1 });
  // The store's timer keeps no process alive.
  const alive = setInterval(() => {}, 1_000);
  const { event, event_type: type, seq } = await told;
  clearInterval(alive);
  assert.deepEqual(
    { event, type, seq },
    { event: { type: 'delete', data: 1, reason: 'expired' }, type: 'delete', seq: 2 },
  );
  assert.deepEqual(await call('stream::list', item), []);
});

test('a time that is none is refused, naming the field, and writes nothing', async () => {
  const { call } = await open();
  for (const ttl_ms of [-1, 1.5, YEAR_MS + 1, '5', true, {}]) {
    const message = /^invalid_input: (writes\[0\]\.)?ttl_ms: /;
    await assert.rejects(call(...set({ ttl_ms })), { message });
    await assert.rejects(call('stream::update', { ...item, ops: [], ttl_ms }), { message });
    const writes = [{ item_id: 'i', type: 'set', data: 1, ttl_ms }];
    await assert.rejects(call('stream::transact', { ...item, writes }), { message });
  }
  assert.deepEqual(await call('stream::list', item), []);
  for (const ttl_ms of [0, null, YEAR_MS]) await call(...set({ ttl_ms }));
});

test('custom streams and stores that remove nothing by themselves refuse a time', async () => {
  const { call, functions, store } = await open();
  for (const name of ['set', 'get']) functions.known.set(`stream::${name}(s)`, () => assert.fail('called'));
  const custom = { message: /^invalid_input: ttl_ms: is not offered by a custom stream/ };
  await assert.rejects(call(...set({ ttl_ms: 1 })), custom);
  await assert.rejects(call('stream::update', { ...item, ops: [], ttl_ms: 1 }), custom);
  (store as { lifetimes: boolean }).lifetimes = false;
  const plain = { ...item, stream_name: 'plain' };
  const message = /^unsupported: ttl_ms: /;
  await assert.rejects(call('stream::set', { ...plain, data: 1, ttl_ms: 1 }), { message });
  await assert.rejects(call('stream::update', { ...plain, ops: [], ttl_ms: 1 }), { message });
  const writes = [{ item_id: 'i', type: 'update', ops: [], ttl_ms: 0 }];
  await assert.rejects(call('stream::transact', { ...plain, writes }), {
    message: /^unsupported: writes\[0\]\.ttl_ms: /,
  });
  assert.deepEqual(await call('stream::list', plain), []);
});

test('the time of a stream counts where a write names none, and follows the configuration', async () => {
  const { store, config, call } = await open();
  const lives: unknown[] = [];
  const commit = store.commit.bind(store);
  store.commit = (at, mutation, trace) => {
    lives.push(mutation.life);
    return commit(at, mutation, trace);
  };
  const all = async (stream_name: string) => {
    lives.splice(0);
    const at = { ...item, stream_name };
    await call('stream::set', { ...at, data: 1 });
    await call('stream::set', { ...at, data: 1, ttl_ms: 0 });
    await call('stream::set', { ...at, data: 1, ttl_ms: null });
    await call('stream::update', { ...at, ops: [] });
    return lives.map((life) => life && { ...life });
  };
  assert.deepEqual(await all('s'), [undefined, { ttlMs: 0, owner: undefined }, undefined, undefined]);
  const streams = { 's*': { persist: true, ttl_ms: 5_000 }, '*': { persist: true, ttl_ms: 0 } };
  config.apply({ ...config.current, streams });
  const own = { ttlMs: 5_000, owner: undefined };
  assert.deepEqual(await all('s'), [
    own,
    { ttlMs: 0, owner: undefined },
    own,
    { ttlMsWhenNew: 5_000, owner: undefined },
  ]);
  assert.deepEqual(await all('other'), [undefined, { ttlMs: 0, owner: undefined }, undefined, undefined]);
});
