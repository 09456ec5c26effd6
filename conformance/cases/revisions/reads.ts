import assert from 'node:assert/strict';
import { FUNCTION } from '../../../generated/constants.js';
import { itemOf, page, refused, revision } from './setup.js';

export const readCases = [
  revision('get-tells-id-rev-and-epoch-where-asked', async (t) => {
    assert.equal(await itemOf(t, 'a'), undefined);
    await t.set('a', { n: 1 });
    const found = (await itemOf(t, 'a'))!;
    assert.deepEqual([found.id, found.data, typeof found.epoch], ['a', { n: 1 }, 'string']);
    await t.set('b', 1);
    assert.equal((await itemOf(t, 'a'))?.rev, found.rev);
    await t.set('a', { n: 2 });
    assert((await itemOf(t, 'a'))!.rev > found.rev);
  }),
  revision('list-tells-items-and-the-cursor-they-are-from', async (t) => {
    await t.set('b', 1);
    await t.set('a', 2);
    const { epoch, seq, items, next } = await page(t);
    assert.deepEqual(
      items.map(({ id, data }) => [id, data]),
      [
        ['b', 1],
        ['a', 2],
      ],
    );
    assert.equal(items.at(-1)?.rev, seq);
    assert.equal(next, undefined);
    const { sync } = await t.follow();
    assert.deepEqual([sync.epoch, sync.seq], [epoch, seq]);
  }),
  revision('pages-are-stable-under-writes', async (t) => {
    for (const item of ['a', 'b', 'c', 'd']) await t.set(item, item);
    const first = await page(t, { limit: 2 });
    await t.delete('a');
    await t.set('c', 'again');
    await t.set('e', 'e');
    const second = await page(t, { limit: 2, after: first.next });
    const third = await page(t, { limit: 2, after: second.next });
    assert.deepEqual(
      [first, second, third].map(({ items }) => items.map(({ id }) => id)),
      [['a', 'b'], ['c', 'd'], ['e']],
    );
    assert.equal(third.next, undefined);
  }),
  revision('a-page-is-asked-for-with-items', async (t) => {
    await refused(t, FUNCTION.list, 'limit', { limit: 1 });
    await refused(t, FUNCTION.list, 'after', { items: true, after: 'no next' });
    await refused(t, FUNCTION.list, 'limit', { items: true, limit: 0 });
  }),
];
