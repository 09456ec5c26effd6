import assert from 'node:assert/strict';
import type { ContractCase } from './contract-case.js';
import { at, GROUP, ids, remove, set } from './writing.js';

const VALUES = [
  '[]',
  '{}',
  'null',
  'false',
  '""',
  '[[],{}]',
  '9007199254740991',
  '-0',
  '1.0',
  '1e21',
  '1e400',
  '12345678901234567890',
  '"é\\u0000"',
  '"\\ud83d\\ude00 😀 \\" \\\\ \u2028"',
  '{ "a" : [ 1 , 2 ] }',
  '{"id":"other","a":1,"a":2}',
  '"},\\"seq\\":1,\\"epoch\\":\\"x\\"}"',
];

const NAMES = [
  'a:b',
  'a/b',
  '%3A',
  '50%',
  '%25',
  '{}',
  '{a}b',
  'a}b{c',
  '}',
  '{',
  'a\u0000b',
  '😀é',
  ' ',
  '"\\',
  '__proto__',
  ':',
  'x:y:z',
];

export const valueCases: readonly ContractCase[] = [
  {
    name: 'values come back as the text that was written',
    async run({ store, recorder }) {
      for (const [index, value] of VALUES.entries()) await set(store, `i${index}`, value);
      assert.deepEqual(await store.list(GROUP), VALUES);
      assert.deepEqual(
        (await store.snapshot(GROUP)).items.map(({ value }) => value),
        VALUES,
      );
      for (const [index, value] of VALUES.entries()) assert.equal(await store.get(at(`i${index}`)), value);
      await recorder.until(() => recorder.changes.length === VALUES.length, 'the changes');
      assert.deepEqual(
        recorder.changes.map(({ value }) => value),
        VALUES,
      );
      for (const [index, value] of VALUES.entries())
        assert.equal((await remove(store, `i${index}`)).old, value);
    },
  },
  {
    name: 'a value of one megabyte survives',
    async run({ store, recorder }) {
      const value = JSON.stringify({ text: 'é"\\'.repeat(180_000) });
      await set(store, 'big', value);
      assert.equal(await store.get(at('big')), value);
      const updated = await store.commit(at('big'), {
        kind: 'update',
        apply: (current) => `[${current}]` as typeof current,
      });
      assert.equal(updated.old, value);
      await recorder.until(() => recorder.changes.length === 2, 'the changes');
      assert.equal(recorder.changes[1]?.value, `[${value}]`);
    },
  },
  {
    name: 'names are any text: streams, groups and items keep apart',
    async run({ store, recorder }) {
      for (const stream of NAMES) await set(store, 'i', JSON.stringify(stream), { stream, group: 'g' });
      for (const group of NAMES) await set(store, 'i', JSON.stringify(group), { stream: 's', group });
      for (const item of NAMES) await set(store, item, JSON.stringify(item));
      for (const stream of NAMES) {
        assert.deepEqual(await store.list({ stream, group: 'g' }), [JSON.stringify(stream)]);
        assert.deepEqual(await store.listGroups(stream), ['g']);
      }
      for (const group of NAMES) {
        assert.deepEqual(await store.list({ stream: 's', group }), [JSON.stringify(group)]);
      }
      assert.deepEqual(await store.listGroups('s'), [...NAMES].sort());
      assert.deepEqual(await ids(store), NAMES);
      assert.deepEqual(
        (await store.listAll()).map(({ id }) => id),
        [...NAMES, 's', GROUP.stream].sort(),
      );
      await recorder.until(() => recorder.changes.length === 3 * NAMES.length, 'the changes');
      // Between groups there is no order.
      const told = new Set(
        recorder.changes.map(({ stream, group, item }) => JSON.stringify([stream, group, item])),
      );
      for (const name of NAMES) {
        assert.equal(told.has(JSON.stringify([name, 'g', 'i'])), true);
        assert.equal(told.has(JSON.stringify(['s', name, 'i'])), true);
        assert.equal(told.has(JSON.stringify([GROUP.stream, GROUP.group, name])), true);
      }
    },
  },
  {
    name: 'addresses that read alike are different groups',
    async run({ store }) {
      await set(store, 'i', '1', { stream: 'a:b', group: 'c' });
      await set(store, 'i', '2', { stream: 'a', group: 'b:c' });
      await set(store, 'i', '3', { stream: 'a%3Ab', group: 'c' });
      assert.equal(await store.get(at('i', { stream: 'a:b', group: 'c' })), '1');
      assert.equal(await store.get(at('i', { stream: 'a', group: 'b:c' })), '2');
      assert.equal(await store.get(at('i', { stream: 'a%3Ab', group: 'c' })), '3');
    },
  },
];
