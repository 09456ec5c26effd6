import assert from 'node:assert/strict';
import { FUNCTION } from '../../../generated/constants.js';
import { area } from '../../runner/case.js';

const { documented, strict } = area('functions');

export const listCases = [
  documented('list-answers-the-values-of-the-group', async (t) => {
    await t.set('a', { n: 1 });
    await t.set('b', 'two');
    const values = await t.list();
    assert.deepEqual(new Set(values.map((value) => JSON.stringify(value))), new Set(['{"n":1}', '"two"']));
    assert.equal(values.length, 2);
  }),
  documented('list-of-an-unknown-group-is-empty', async (t) => {
    assert.deepEqual(await t.list(), []);
  }),
  documented('list-holds-overwritten-items-once', async (t) => {
    await t.set('a', 1);
    await t.set('a', 2);
    assert.deepEqual(await t.list(), [2]);
  }),
  documented('list-leaves-out-deleted-items', async (t) => {
    await t.set('a', 1);
    await t.set('b', 2);
    await t.delete('b');
    assert.deepEqual(await t.list(), [1]);
  }),
  documented('list-leaves-out-other-groups', async (t) => {
    await t.set('a', 1);
    await t.set('a', 2, { ...t.at, group_id: t.name('other') });
    assert.deepEqual(await t.list(), [1]);
  }),
  strict('list-has-insertion-order', async (t) => {
    const items = ['m', 'z', 'a', '10', '9', 'k', 'b', 'y', '0'];
    for (const item of items) await t.set(item, item);
    assert.deepEqual(await t.list(), items);
  }),
  strict('list-keeps-the-place-of-an-overwritten-item', async (t) => {
    for (const item of ['z', 'a', 'm']) await t.set(item, item);
    await t.set('z', 'again');
    await t.update('a', [{ type: 'set', path: '', value: 'updated' }]);
    assert.deepEqual(await t.list(), ['again', 'updated', 'm']);
  }),
  strict('list-puts-an-item-that-was-deleted-and-set-again-last', async (t) => {
    for (const item of ['a', 'b', 'c']) await t.set(item, item);
    await t.delete('a');
    await t.set('a', 'a');
    assert.deepEqual(await t.list(), ['b', 'c', 'a']);
  }),
  documented('list-groups-answers-the-ids-of-the-groups', async (t) => {
    const stream_name = t.at.stream_name;
    for (const group_id of ['g2', 'g1', 'g3']) await t.set('a', 1, { stream_name, group_id });
    assert.deepEqual((await t.listGroups()).sort(), ['g1', 'g2', 'g3']);
  }),
  documented('list-groups-of-an-unknown-stream-is-empty', async (t) => {
    assert.deepEqual(await t.listGroups(), []);
  }),
  documented('list-groups-names-a-group-once', async (t) => {
    await t.set('a', 1);
    await t.set('b', 2);
    assert.deepEqual(await t.listGroups(), [t.at.group_id]);
  }),
  documented('a-group-without-items-is-not-listed', async (t) => {
    await t.set('a', 1);
    await t.set('a', 1, { ...t.at, group_id: 'other' });
    await t.delete('a');
    assert.deepEqual(await t.listGroups(), ['other']);
  }),
  documented('list-groups-leaves-out-other-streams', async (t) => {
    await t.set('a', 1);
    await t.set('a', 1, { stream_name: `${t.at.stream_name}2`, group_id: 'other' });
    assert.deepEqual(await t.listGroups(), [t.at.group_id]);
  }),
  documented('list-all-answers-streams-with-their-groups', async (t) => {
    const { stream_name } = t.at;
    for (const group_id of ['g2', 'g1']) await t.set('a', 1, { stream_name, group_id });
    const found = (await t.listAll()).stream.filter(({ id }) => id === stream_name);
    assert.equal(found.length, 1, 'a stream is listed once');
    assert.deepEqual([...(found[0]?.groups ?? [])].sort(), ['g1', 'g2']);
  }),
  documented('list-all-counts-the-streams', async (t) => {
    await t.set('a', 1);
    const { stream, count } = await t.listAll();
    assert.equal(count, stream.length);
  }),
  documented('list-all-leaves-out-a-stream-without-items', async (t) => {
    await t.set('a', 1);
    await t.delete('a');
    assert(!(await t.listAll()).stream.some(({ id }) => id === t.at.stream_name));
  }),
  documented('list-all-sorts-groups', async (t) => {
    const { stream_name } = t.at;
    for (const group_id of ['g2', 'g3', 'g1']) await t.set('a', 1, { stream_name, group_id });
    const found = (await t.listAll()).stream.find(({ id }) => id === stream_name);
    assert.deepEqual(found?.groups, ['g1', 'g2', 'g3']);
  }),
  documented('list-all-sorts-streams', async (t) => {
    const name = t.at.stream_name;
    for (const suffix of ['b', 'c', 'a']) await t.set('i', 1, { stream_name: name + suffix, group_id: 'g' });
    const ids = (await t.listAll()).stream.map(({ id }) => id).filter((id) => id.startsWith(name));
    assert.deepEqual(ids, [`${name}a`, `${name}b`, `${name}c`]);
  }),
  documented('send-answers-nothing', async (t) => {
    const result = await t.send('typing', { by: 'a' });
    assert(result === null || result === undefined, `answered ${JSON.stringify(result)}`);
  }),
  documented('send-stores-nothing', async (t) => {
    await t.send('typing', { by: 'a' }, 'a');
    assert.equal(await t.get('a'), undefined);
    assert.deepEqual(await t.list(), []);
    assert.deepEqual(await t.listGroups(), []);
  }),
  documented('send-leaves-an-item-of-that-id-alone', async (t) => {
    await t.set('a', 1);
    await t.send('typing', 2, 'a');
    assert.equal(await t.get('a'), 1);
  }),
  documented('send-takes-a-null-id', async (t) => {
    await t.call(FUNCTION.send, { ...t.at, type: 'typing', data: 1, id: null });
  }),
];
