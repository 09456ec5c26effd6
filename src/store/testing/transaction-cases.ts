import assert from 'node:assert/strict';
import type { Condition, IdempotencyKey } from '../../domain/condition.js';
import type { GuardedWrite, Store, Transacted } from '../port.js';
import type { ContractCase } from './contract-case.js';
import { at, GROUP, increment, json, remove, set } from './writing.js';

const KEY: IdempotencyKey = { token: 'tx', windowMs: 600_000 };
const ifRev = (rev: number): Condition => ({ kind: 'rev', rev });

const put = (item: string, value: string, condition?: Condition, key?: IdempotencyKey): GuardedWrite => ({
  item,
  mutation: { kind: 'set', value: json(value), guard: { condition, key } },
});
const drop = (item: string, condition?: Condition): GuardedWrite => ({
  item,
  mutation: { kind: 'delete', guard: { condition } },
});
const add = (item: string, condition?: Condition): GuardedWrite => ({
  item,
  mutation: {
    kind: 'update',
    apply: (current) => json(String(Number(current ?? 0) + 1)),
    guard: { condition },
  },
});

const transact = async (store: Store, ...writes: GuardedWrite[]): Promise<Transacted> =>
  store.transact!(GROUP, writes);

/** Of adapters that have `transact`: the others' `differences` name each. */
export const transactionCases: readonly ContractCase[] = [
  {
    name: 'a transaction is applied as a whole, under consecutive seqs, all but the last with more',
    async run({ store, recorder }) {
      await set(store, 'c', '1');
      const done = await transact(store, put('a', '1'), add('b'), drop('c', ifRev(1)), drop('missing'));
      const { epoch } = await store.snapshot(GROUP);
      const [applied, none] = ['applied', 'not_found'];
      assert.deepEqual(done, {
        outcome: applied,
        epoch,
        seq: 4,
        results: [
          { outcome: applied, rev: 2 },
          { outcome: applied, rev: 3 },
          { outcome: applied, rev: 4 },
          { outcome: none, rev: 0 },
        ],
      });
      await recorder.until(() => recorder.changes.length === 4, 'all changes');
      assert.deepEqual(
        recorder.changes.map(({ item, seq, kind, more }) => [item, seq, kind, more]),
        [
          ['c', 1, 'create', undefined],
          ['a', 2, 'create', true],
          ['b', 3, 'create', true],
          ['c', 4, 'delete', undefined],
        ],
      );
      assert.deepEqual(await store.list(GROUP), ['1', '1']);
    },
  },
  {
    name: 'one condition that is not met keeps all of a transaction from being applied',
    async run({ store, recorder }) {
      await set(store, 'a', '1');
      const refused = await transact(
        store,
        put('b', '1'),
        add('a', ifRev(9)),
        drop('a2', { kind: 'exists' }),
      );
      assert.equal(refused.outcome, 'conflict');
      assert.equal(refused.seq, 1);
      assert.deepEqual(
        refused.results.map(({ outcome, rev }) => [outcome, rev]),
        [
          [undefined, 0],
          ['conflict', 1],
          ['not_found', 0],
        ],
      );
      assert.deepEqual(await store.list(GROUP), ['1']);
      assert.equal(recorder.commits.length, 1);
      assert.equal((await set(store, 'b', '1')).change?.seq, 2);
    },
  },
  {
    name: 'a transaction whose ops fail applies nothing',
    async run({ store }) {
      await set(store, 'a', '1');
      const failing: GuardedWrite = {
        item: 'a',
        mutation: {
          kind: 'update',
          apply: () => {
            throw new Error('too deep');
          },
          guard: {},
        },
      };
      await assert.rejects(transact(store, put('b', '1'), failing), /too deep/);
      assert.deepEqual(await store.list(GROUP), ['1']);
    },
  },
  {
    name: 'a transaction with a key is applied once',
    async run({ store }) {
      const both = () => transact(store, put('a', '1', undefined, KEY), put('b', '1', ifRev(0), KEY));
      assert.equal((await both()).outcome, 'applied');
      await remove(store, 'a');
      const repeat = await both();
      assert.equal(repeat.outcome, 'duplicate');
      assert.deepEqual(
        repeat.results.map(({ outcome, rev }) => [outcome, rev]),
        [
          ['duplicate', 1],
          ['duplicate', 2],
        ],
      );
      assert.deepEqual(await store.list(GROUP), ['1']);
    },
  },
  {
    name: 'transactions keep the order asked among other writes, and readers see all of one or nothing',
    async run({ store }) {
      const asked: PromiseLike<unknown>[] = [];
      for (let n = 0; n < 20; n += 1) {
        asked.push(transact(store, add('x'), add('y')));
        asked.push(increment(store, 'z'));
        asked.push(
          Promise.resolve(store.snapshot(GROUP)).then(({ items }) => {
            const of = (id: string) => items.find((item) => item.id === id)?.value;
            assert.equal(of('x'), of('y'));
          }),
        );
      }
      await Promise.all(asked);
      assert.deepEqual(await store.list(GROUP), ['20', '20', '20']);
      assert.equal(await store.get(at('z')), '20');
    },
  },
  {
    name: 'a transaction outlives a restart',
    durable: true,
    async run({ store, reopen }) {
      await transact(store, put('a', '1', undefined, KEY), put('b', '2', undefined, KEY));
      const again = await reopen();
      assert.deepEqual(await again.list(GROUP), ['1', '2']);
      assert.equal((await transact(again, put('b', '3', undefined, KEY))).outcome, 'duplicate');
    },
  },
];
