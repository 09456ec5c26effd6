import assert from 'node:assert/strict';
import type { ContractCase } from './contract-case.js';
import { GROUP, ids, OTHER, remove, set, upTo } from './writing.js';

export const listingCases: readonly ContractCase[] = [
  {
    name: 'items are in creation order: an overwrite keeps its place, a new creation goes to the end',
    async run({ store }) {
      for (const item of ['c', 'a', 'b', '10', '9']) await set(store, item, JSON.stringify(item));
      await set(store, 'c', '"c2"');
      assert.deepEqual(await ids(store), ['c', 'a', 'b', '10', '9']);
      await remove(store, 'a');
      await set(store, 'a', '"a2"');
      assert.deepEqual(await ids(store), ['c', 'b', '10', '9', 'a']);
      assert.deepEqual(await store.list(GROUP), ['"c2"', '"b"', '"10"', '"9"', '"a2"']);
    },
  },
  {
    name: 'an unknown group is empty everywhere',
    async run({ store }) {
      assert.deepEqual(await store.list(GROUP), []);
      assert.deepEqual(await store.listGroups('chat'), []);
      assert.deepEqual(await store.listAll(), []);
      assert.equal(await store.get({ ...GROUP, item: 'a' }), undefined);
      const { seq, items } = await store.snapshot(GROUP);
      assert.deepEqual([seq, items], [0, []]);
    },
  },
  {
    name: 'listings are sorted and name only groups that hold items',
    async run({ store }) {
      await set(store, 'i', '1', { stream: 'b', group: '2' });
      await set(store, 'i', '1', { stream: 'b', group: '10' });
      await set(store, 'i', '1', { stream: 'a', group: 'z' });
      await set(store, 'i', '1', { stream: 'ab', group: 'y' });
      await set(store, 'i', '1', GROUP);
      await set(store, 'j', '1', OTHER);
      assert.deepEqual(await store.listAll(), [
        { id: 'a', groups: ['z'] },
        { id: 'ab', groups: ['y'] },
        { id: 'b', groups: ['10', '2'] },
        { id: 'chat', groups: ['hall', 'room'] },
      ]);
      await remove(store, 'j', OTHER);
      await remove(store, 'i', { stream: 'a', group: 'z' });
      assert.deepEqual(await store.listGroups('chat'), ['room']);
      assert.deepEqual(await store.listGroups('a'), []);
      assert.deepEqual(
        (await store.listAll()).map(({ id }) => id),
        ['ab', 'b', 'chat'],
      );
      await set(store, 'j', '1', OTHER);
      assert.deepEqual(await store.listGroups('chat'), ['hall', 'room']);
    },
  },
  {
    name: 'a group that empties and fills under concurrent writers is listed by what it holds in the end',
    async run({ store }) {
      await Promise.all(
        upTo(40).flatMap((n) => {
          const group = { stream: 's', group: `g${n % 4}` };
          return [set(store, 'i', '1', group), remove(store, 'i', group)];
        }),
      );
      assert.deepEqual(await store.listGroups('s'), []);
      await Promise.all(upTo(40).map((n) => set(store, `i${n}`, '1', { stream: 's', group: `g${n % 4}` })));
      assert.deepEqual(await store.listGroups('s'), ['g0', 'g1', 'g2', 'g3']);
    },
  },
];
