import assert from 'node:assert/strict';
import type { ContractCase } from './contract-case.js';
import { drop, ifRev, keyed, put, says } from './guarded.js';
import { at, increment, set } from './writing.js';

export const keyCases: readonly ContractCase[] = [
  {
    name: 'a key is applied once: its repeat changes nothing and tells the first rev',
    async run({ store, recorder }) {
      says(await put(store, 'a', '1', keyed('k')), 'applied', 1);
      await set(store, 'a', '2');
      const repeat = await put(store, 'a', '1', keyed('k'));
      says(repeat, 'duplicate', 1);
      assert.equal(repeat.old, '2');
      says(await put(store, 'b', '1', keyed('k')), 'applied', 3);
      says(await put(store, 'a', '3', { ...keyed('k'), condition: ifRev(9) }), 'duplicate', 1);
      assert.equal(recorder.commits.length, 3);
    },
  },
  {
    name: 'a key that met a conflict was not applied',
    async run({ store }) {
      await set(store, 'a', '1');
      says(await put(store, 'a', '2', { ...keyed('k'), condition: ifRev(9) }), 'conflict', 1);
      says(await put(store, 'a', '2', { ...keyed('k'), condition: ifRev(1) }), 'applied', 2);
    },
  },
  {
    name: 'keys outlive deletion, creation anew and updates',
    async run({ store }) {
      says(await put(store, 'a', '{"id":7}', keyed('set')), 'applied', 1);
      says(await drop(store, 'a', keyed('delete')), 'applied', 2);
      const cursor = { epoch: (await store.snapshot(at('a'))).epoch, seq: 1 };
      const since = await store.changesSince(at('a'), cursor);
      assert.equal(since.kind === 'changes' && since.changes[0]?.value, '{"id":7}');
      says(await drop(store, 'a', keyed('delete')), 'duplicate', 2);
      says(await put(store, 'a', '1', keyed('set')), 'duplicate', 1);
      await increment(store, 'a');
      says(await drop(store, 'a', keyed('delete')), 'duplicate', 2);
      assert.equal(await store.get(at('a')), '1');
    },
  },
  {
    name: 'a write that is repeated before its first reply is applied once',
    async run({ store }) {
      const both = await Promise.all([put(store, 'a', '1', keyed('k')), put(store, 'a', '1', keyed('k'))]);
      says(both[0], 'applied', 1);
      says(both[1], 'duplicate', 1);
    },
  },
  {
    name: 'an item remembers its last eight keys',
    async run({ store }) {
      for (let n = 1; n <= 9; n += 1) await put(store, 'a', String(n), keyed(`k${n}`));
      says(await put(store, 'a', '0', keyed('k2')), 'duplicate', 2);
      says(await put(store, 'a', '0', keyed('k1')), 'applied', 10);
    },
  },
  {
    name: 'a key is forgotten after its window',
    async run({ store }) {
      await put(store, 'a', '1', keyed('k', 1));
      const start = Date.now();
      while (Date.now() < start + 5) await set(store, 'b', '1');
      const { receipt } = await put(store, 'a', '2', keyed('k', 1));
      assert.equal(receipt?.outcome, 'applied');
    },
  },
  {
    name: 'keys and revs outlive a restart',
    durable: true,
    async run({ store, reopen }) {
      await put(store, 'a', '"→"', keyed('a1'));
      await put(store, 'b', '1', keyed('b1'));
      await drop(store, 'b', keyed('b2'));
      await set(store, 'c', '1');
      const again = await reopen();
      says(await put(again, 'a', '2', keyed('a1')), 'duplicate', 1);
      says(await drop(again, 'b', keyed('b2')), 'duplicate', 3);
      says(await put(again, 'b', '1', keyed('b1')), 'duplicate', 2);
      says(await put(again, 'c', '2', { condition: ifRev(4) }), 'applied', 5);
      assert.deepEqual(
        (await again.snapshot(at('a'))).items.map(({ id, rev, value }) => [id, rev, value]),
        [
          ['a', 1, '"→"'],
          ['c', 5, '2'],
        ],
      );
    },
  },
];
