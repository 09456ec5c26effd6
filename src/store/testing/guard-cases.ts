import assert from 'node:assert/strict';
import type { Condition } from '../../domain/condition.js';
import type { ContractCase } from './contract-case.js';
import { drop, ifRev, ifValue, put, says } from './guarded.js';
import { at, commit, increment, json, remove, set } from './writing.js';

export const guardCases: readonly ContractCase[] = [
  {
    name: 'a guarded write tells rev and epoch, an unguarded one nothing more than before',
    async run({ store }) {
      const guarded = await put(store, 'a', '1', {});
      says(guarded, 'applied', 1);
      assert.equal(guarded.receipt?.epoch, guarded.change?.epoch);
      assert.equal((await set(store, 'a', '2')).receipt, undefined);
      assert.equal(guarded.receipt?.epoch, (await store.item(at('a')))?.epoch);
    },
  },
  {
    name: 'a write on a rev is applied on that rev alone, and a conflict tells the current value and rev',
    async run({ store, recorder }) {
      await set(store, 'a', '1');
      says(await put(store, 'a', '2', { condition: ifRev(1) }), 'applied', 2);
      const late = await put(store, 'a', '3', { condition: ifRev(1) });
      says(late, 'conflict', 2);
      assert.equal(late.old, '2');
      says(await put(store, 'b', '1', { condition: ifRev(2) }), 'conflict', 0);
      assert.equal(await store.get(at('a')), '2');
      assert.equal(recorder.commits.length, 2);
      says(await drop(store, 'a', { condition: ifRev(1) }), 'conflict', 2);
      says(await drop(store, 'a', { condition: ifRev(2) }), 'applied', 3);
    },
  },
  {
    name: 'rev 0 is that of an item that is missing, also of one that was deleted',
    async run({ store }) {
      says(await put(store, 'a', '1', { condition: ifRev(0) }), 'applied', 1);
      says(await put(store, 'a', '2', { condition: ifRev(0) }), 'conflict', 1);
      await remove(store, 'a');
      says(await put(store, 'a', '3', { condition: ifRev(2) }), 'conflict', 0);
      says(await put(store, 'a', '3', { condition: ifRev(0) }), 'applied', 3);
    },
  },
  {
    name: 'values are compared by structure, and numbers exactly',
    async run({ store }) {
      await set(store, 'a', '{"x":[1.0,"é"],"y":9007199254740993}');
      says(
        await put(store, 'a', '1', { condition: ifValue('{"y":9007199254740992,"x":[1,"é"]}') }),
        'conflict',
        1,
      );
      says(
        await put(store, 'a', 'null', { condition: ifValue('{"y":9007199254740993,"x":[1,"\\u00e9"]}') }),
        'applied',
        2,
      );
      says(await put(store, 'a', '2', { condition: ifValue('null') }), 'applied', 3);
      says(await put(store, 'b', '2', { condition: ifValue('null') }), 'conflict', 0);
      const long = JSON.stringify('v'.repeat(2000));
      await set(store, 'c', long);
      says(await drop(store, 'c', { condition: ifValue(long) }), 'applied', 5);
    },
  },
  {
    name: 'absent and exists: the second answers not_found where there is no item',
    async run({ store }) {
      says(await put(store, 'a', '1', { condition: { kind: 'exists' } }), 'not_found', 0);
      says(await put(store, 'a', '1', { condition: { kind: 'absent' } }), 'applied', 1);
      const second = await put(store, 'a', '2', { condition: { kind: 'absent' } });
      says(second, 'conflict', 1);
      assert.equal(second.old, '1');
      says(await put(store, 'a', '2', { condition: { kind: 'exists' } }), 'applied', 2);
      says(await drop(store, 'a', { condition: { kind: 'exists' } }), 'applied', 3);
      says(await drop(store, 'a', { condition: { kind: 'exists' } }), 'not_found', 0);
      says(await drop(store, 'a', {}), 'not_found', 0);
    },
  },
  {
    name: 'an update under a condition runs on the value that it is applied to',
    async run({ store }) {
      const apply = (current: string | undefined) => json(`${current ?? 0}0`);
      const update = (condition: Condition) =>
        commit(store, at('a'), { kind: 'update', apply, guard: { condition } });
      says(await update({ kind: 'exists' }), 'not_found', 0);
      await set(store, 'a', '1');
      says(await update(ifRev(1)), 'applied', 2);
      says(await update(ifRev(1)), 'conflict', 2);
      says(await update(ifValue('10')), 'applied', 3);
      assert.equal(await store.get(at('a')), '100');
    },
  },
  {
    name: 'a rejected update fails with nothing that its ops would have said',
    async run({ store }) {
      await set(store, 'a', '1');
      const apply = () => {
        throw new Error('too deep');
      };
      const update = (rev: number) =>
        commit(store, at('a'), { kind: 'update', apply, guard: { condition: ifRev(rev) } });
      says(await update(9), 'conflict', 1);
      await assert.rejects(update(1), /too deep/);
      assert.equal(await store.get(at('a')), '1');
    },
  },
  {
    name: 'guarded and plain writes of one item, asked at once, take effect in the order asked',
    async run({ store }) {
      const asked = [
        set(store, 'a', '1'),
        put(store, 'a', '2', { condition: ifRev(1) }),
        increment(store, 'a'),
        put(store, 'a', '9', { condition: ifRev(2) }),
        put(store, 'a', '4', { condition: ifValue('3') }),
        drop(store, 'a', { condition: { kind: 'exists' } }),
        put(store, 'a', '5', { condition: { kind: 'absent' } }),
        increment(store, 'a'),
      ];
      const outcomes = (await Promise.all(asked)).map(({ receipt }) => receipt?.outcome);
      const [none, applied] = [undefined, 'applied'];
      assert.deepEqual(outcomes, [none, applied, none, 'conflict', applied, applied, applied, none]);
      assert.equal(await store.get(at('a')), '6');
    },
  },
  {
    name: 'of writers that compare and set the same rev one wins',
    async run({ store }) {
      const worker = async () => {
        for (let n = 0; n < 25; ) {
          const found = await store.item(at('n'));
          const next = String(Number(found?.item.value ?? 0) + 1);
          const { receipt } = await put(store, 'n', next, { condition: ifRev(found?.item.rev ?? 0) });
          if (receipt?.outcome === 'applied') n += 1;
          else assert.equal(receipt?.outcome, 'conflict');
        }
      };
      await Promise.all([worker(), worker(), worker(), worker()]);
      assert.equal(await store.get(at('n')), '100');
    },
  },
  {
    name: 'an item tells its rev once the writes before are committed',
    async run({ store }) {
      assert.equal(await store.item(at('a')), undefined);
      void set(store, 'a', '1');
      void set(store, 'a', '2');
      const found = await store.item(at('a'));
      assert.deepEqual(
        [found?.item.id, found?.item.rev, found?.item.created, found?.item.value],
        ['a', 2, 1, '2'],
      );
      void remove(store, 'a');
      assert.equal(await store.item(at('a')), undefined);
      void set(store, 'b', '1');
      await store.settled(at('b'));
      assert.equal((await store.snapshot(at('b'))).items[0]?.id, 'b');
    },
  },
];
