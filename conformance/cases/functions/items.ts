import assert from 'node:assert/strict';
import { CALLER_FIELD, FUNCTION } from '../../../generated/constants.js';
import { area } from '../../runner/case.js';

const { documented, strict } = area('functions');

export const itemCases = [
  documented('set-of-a-new-item-answers-null-as-old-value', async (t) => {
    const result = await t.set('a', 1);
    assert.deepEqual(result, { old_value: null, new_value: 1 });
  }),
  documented('set-answers-the-value-before', async (t) => {
    await t.set('a', { n: 1 });
    assert.deepEqual((await t.set('a', { n: 2 })).old_value, { n: 1 });
  }),
  documented('set-answers-the-new-value', async (t) => {
    await t.set('a', { n: 1 });
    assert.deepEqual((await t.set('a', { n: 2 })).new_value, { n: 2 });
  }),
  documented('set-replaces-the-whole-value', async (t) => {
    await t.set('a', { kept: 1 });
    await t.set('a', { other: 2 });
    assert.deepEqual(await t.get('a'), { other: 2 });
  }),
  documented('set-ignores-unknown-fields', async (t) => {
    const extra = { unknown: true, [CALLER_FIELD.workerId]: 'somebody' };
    await t.call(FUNCTION.set, { ...t.at, item_id: 'a', data: 1, ...extra });
    assert.equal(await t.get('a'), 1);
  }),
  documented('get-answers-the-value-itself', async (t) => {
    await t.set('a', { n: 1 });
    assert.deepEqual(await t.get('a'), { n: 1 });
  }),
  documented('get-of-a-missing-item-answers-nothing', async (t) => {
    const { message } = await (await t.main()).reply(FUNCTION.get, { ...t.at, item_id: 'a' });
    assert(!message.error, `expected no error, got ${JSON.stringify(message.error)}`);
    assert(!('result' in message), `expected no field "result", got ${JSON.stringify(message)}`);
  }),
  documented('get-after-delete-answers-nothing', async (t) => {
    await t.set('a', 1);
    await t.delete('a');
    assert.equal(await t.get('a'), undefined);
  }),
  documented('items-of-one-group-are-separate', async (t) => {
    await t.set('a', 1);
    await t.set('b', 2);
    assert.equal(await t.get('a'), 1);
    assert.equal(await t.get('b'), 2);
  }),
  documented('groups-of-one-stream-are-separate', async (t) => {
    await t.set('a', 1);
    const other = { ...t.at, group_id: t.name('other') };
    assert.equal(await t.get('a', other), undefined);
    await t.set('a', 2, other);
    assert.equal(await t.get('a'), 1);
  }),
  documented('streams-are-separate', async (t) => {
    await t.set('a', 1);
    const other = { ...t.at, stream_name: t.name('other') };
    await t.set('a', 2, other);
    assert.equal(await t.get('a'), 1);
    assert.equal(await t.get('a', other), 2);
  }),
  documented('delete-answers-the-removed-value', async (t) => {
    await t.set('a', { n: 1 });
    assert.deepEqual(await t.delete('a'), { old_value: { n: 1 } });
  }),
  documented('delete-of-a-missing-item-answers-null', async (t) => {
    assert.deepEqual(await t.delete('a'), { old_value: null });
  }),
  documented('delete-twice-answers-null-the-second-time', async (t) => {
    await t.set('a', 1);
    await t.delete('a');
    assert.deepEqual(await t.delete('a'), { old_value: null });
  }),
  documented('delete-leaves-other-items', async (t) => {
    await t.set('a', 1);
    await t.set('b', 2);
    await t.delete('a');
    assert.deepEqual(await t.list(), [2]);
  }),
  documented('set-after-delete-starts-anew', async (t) => {
    await t.set('a', 1);
    await t.delete('a');
    assert.deepEqual(await t.set('a', 2), { old_value: null, new_value: 2 });
  }),
  documented('what-one-worker-sets-another-gets', async (t) => {
    const other = await t.worker();
    await t.set('a', 1);
    assert.equal(await other.call(FUNCTION.get, { ...t.at, item_id: 'a' }), 1);
  }),
  strict('names-may-hold-any-unicode', async (t) => {
    const at = { stream_name: `${t.name('s')}: /%20 ü🙂"\\`, group_id: '::/..%%? #' };
    await t.set(' a\n', 1, at);
    assert.equal(await t.get(' a\n', at), 1);
    assert.deepEqual(await t.list(at), [1]);
    assert.deepEqual(await t.listGroups(at.stream_name), [at.group_id]);
    const found = (await t.listAll()).stream.find(({ id }) => id === at.stream_name);
    assert.deepEqual(found?.groups, [at.group_id]);
  }),
  strict('names-with-colons-do-not-mix', async (t) => {
    const name = t.name('s');
    const left = { stream_name: `${name}:b`, group_id: 'c' };
    const right = { stream_name: name, group_id: 'b:c' };
    await t.set('a', 'left', left);
    await t.set('a', 'right', right);
    assert.equal(await t.get('a', left), 'left');
    assert.deepEqual(await t.listGroups(left.stream_name), ['c']);
    assert.deepEqual(await t.listGroups(right.stream_name), ['b:c']);
  }),
];
