import assert from 'node:assert/strict';
import { test } from 'node:test';
import { item, open } from './testing/open.js';

const set = (fields: object) => ['stream::set', { ...item, data: 2, ...fields }] as const;

test('a reply carries what was asked for: rev and epoch, an outcome, no values', async () => {
  const { call } = await open();
  const plain = await call(...set({}));
  assert.equal(JSON.stringify(plain), '{"new_value":2,"old_value":null}');
  const { epoch } = (await call('stream::get', { ...item, items: true })) as { epoch: string };
  assert.deepEqual(await call(...set({ return: 'full' })), { old_value: 2, new_value: 2, rev: 2, epoch });
  assert.deepEqual(await call(...set({ return: 'rev' })), { rev: 3, epoch });
  assert.deepEqual(await call(...set({ return: 'rev', if_rev: 3 })), { rev: 4, epoch, outcome: 'applied' });
  const conflict = { old_value: 2, new_value: 2, rev: 4, epoch, outcome: 'conflict' };
  assert.deepEqual(await call(...set({ if_rev: 3 })), conflict);
  const removed = await call('stream::delete', { ...item, idempotency_key: 'k' });
  assert.deepEqual(removed, { old_value: 2, rev: 5, epoch, outcome: 'applied' });
});

test('bad input is refused, naming the field, and writes nothing', async () => {
  const { call } = await open();
  for (const [fields, message] of [
    [{ if_rev: 0, if_value: null }, /^invalid_input: if_value: /],
    [{ if_absent: true, if_exists: true }, /^invalid_input: if_exists: /],
    [{ if_absent: false }, /^invalid_input: if_absent: must be true/],
    [{ if_rev: 1.5 }, /^invalid_input: if_rev: /],
    [{ if_rev: -1 }, /^invalid_input: if_rev: /],
    [{ if_value: [[[[[1]]]]] }, /^limit: if_value: /],
    [{ idempotency_key: '' }, /^invalid_input: idempotency_key: /],
    [{ idempotency_key: 'x'.repeat(513) }, /^invalid_input: idempotency_key: /],
    [{ return: 'all' }, /^invalid_input: return: /],
  ] as const)
    await assert.rejects(call(...set(fields)), { message });
  await assert.rejects(call('stream::list', { ...item, limit: 1 }), { message: /^invalid_input: limit: / });
  const write = { item_id: 'i', type: 'set', data: 1 };
  for (const [writes, message] of [
    [[write, write], /writes\[1\]\.item_id: /],
    [[{ ...write, if_rev: 1, if_absent: true }], /writes\[0\]\.if_absent: /],
    [[{ ...write, type: 'send' }], /writes\[0\]\.type: /],
    [[{ ...write, data: [[[[[1]]]]] }], /^limit: writes\[0\]\.data: /],
  ] as const)
    await assert.rejects(call('stream::transact', { ...item, writes }), { message });
  assert.deepEqual(await call('stream::list', item), []);
});

test('custom streams refuse what their workers do not know, and are not called', async () => {
  const { call, functions } = await open();
  for (const name of ['set', 'get', 'delete', 'list'])
    functions.known.set(`stream::${name}(s)`, () => assert.fail('called'));
  for (const [id, fields] of [
    ['set', { data: 1, if_rev: 0 }],
    ['set', { data: 1, return: 'rev' }],
    ['update', { ops: [], idempotency_key: 'k' }],
    ['delete', { if_exists: true }],
    ['get', { items: true }],
    ['list', { items: true }],
  ] as const) {
    const message = new RegExp(`^invalid_input: ${Object.keys(fields).at(-1)}: is not offered`);
    await assert.rejects(call(`stream::${id}`, { ...item, ...fields }), { message });
  }
  const writes = [{ item_id: 'i', type: 'delete' }];
  await assert.rejects(call('stream::transact', { ...item, writes }), {
    message: /^invalid_input: stream_name: /,
  });
});

test('a transaction keeps numbers as they were written, and says which ops failed', async () => {
  const { call } = await open();
  const writes = [
    {
      item_id: 'a',
      type: 'update',
      ops: [
        { type: 'append', path: 'x', value: 1 },
        { type: 'increment', path: '', by: 1 },
      ],
    },
    { item_id: 'b', type: 'set', data: 1 },
  ];
  const done = (await call('stream::transact', { ...item, writes })) as { results: { errors?: unknown[] }[] };
  assert.equal(done.results[0]?.errors?.length, 1);
  assert.equal(done.results[1]?.errors, undefined);
});
