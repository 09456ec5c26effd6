import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../testing/open.js';

const AT = { stream_name: 's', group_id: 'g', item_id: 'm' };

test('a trigger says what its handler is told of a change: the value, ops or nothing', async () => {
  const { service, functions, call } = await open();
  const register = (id: string, payload?: unknown) =>
    service.registerTrigger({
      id,
      triggerType: 'stream',
      functionId: id,
      config: { stream_name: 's', ...(payload === undefined ? {} : { payload }) },
    });
  for (const form of ['full', 'ops', 'none']) assert.equal(register(form, form), undefined);
  assert.equal(register('default'), undefined);
  for (const bad of ['all', '', 1, true, null]) assert.match(register('bad', bad)?.message ?? '', /payload/);
  const ops = [{ type: 'append', path: 'text', value: '!' }];
  const text = 'x'.repeat(300);
  await call('stream::set', { ...AT, data: { text } });
  await call('stream::update', { ...AT, ops: [...ops, { type: 'increment', path: 'text', by: 1 }] });
  await call('stream::set', { ...AT, data: { text: 'short' } });
  await call('stream::update', { ...AT, ops });
  const told = (id: string) => (functions.callsOf(id) as { event: unknown }[]).map(({ event }) => event);
  const values = [text, `${text}!`, 'short', 'short!'].map((value) => ({ text: value }));
  const types = ['create', 'update', 'update', 'update'];
  const full = types.map((type, index) => ({ type, data: values[index] }));
  assert.deepEqual(told('full'), full);
  assert.deepEqual(told('default'), full);
  assert.deepEqual(
    told('none'),
    types.map((type) => ({ type })),
  );
  assert.deepEqual(told('ops'), [full[0], { type: 'update', ops, from: 1 }, full[2], full[3]]);
});
