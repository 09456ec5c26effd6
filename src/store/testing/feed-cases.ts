import assert from 'node:assert/strict';
import type { ContractCase } from './contract-case.js';
import { increment, remove, set, upTo } from './writing.js';

export const feedCases: readonly ContractCase[] = [
  {
    name: 'the listener is told every change of a group once, in seq order',
    async run({ store, recorder }) {
      const groups = ['g1', 'g2'].map((group) => ({ stream: 's', group }));
      await Promise.all(
        upTo(100).flatMap((n) => [
          ...groups.map((group) => set(store, `i${n % 7}`, String(n), group)),
          ...groups.map((group) => (n % 5 === 0 ? remove(store, 'i1', group) : increment(store, 'n', group))),
        ]),
      );
      const heads = await Promise.all(groups.map((group) => store.snapshot(group)));
      const total = heads.reduce((sum, { seq }) => sum + seq, 0);
      await recorder.until(() => recorder.changes.length >= total, 'all changes');
      for (const list of [recorder.changes, recorder.commits]) {
        for (const [index, { group }] of groups.entries()) {
          const seqs = list.filter((change) => change.group === group).map(({ seq }) => seq);
          assert.deepEqual(seqs, upTo(heads[index]!.seq));
        }
      }
    },
  },
  {
    name: 'committed is called before the commit answers, with what the change did',
    async run({ store, recorder }) {
      for (const n of upTo(3)) {
        const { change } = await set(store, 'a', String(n));
        assert.equal(recorder.commits.length, n);
        assert.deepEqual(recorder.commits.at(-1), change);
      }
      const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
      const traced = await store.commit(
        { stream: 'chat', group: 'room', item: 'a' },
        { kind: 'delete' },
        trace,
      );
      assert.deepEqual(traced.change?.trace, trace);
      assert.deepEqual(recorder.commits.at(-1)?.trace, trace);
    },
  },
  {
    name: 'what the listener is told is what the caller is told',
    async run({ store, recorder }) {
      const results = [
        await set(store, 'a', '{"id":1}'),
        await set(store, 'a', '2'),
        await remove(store, 'a'),
      ];
      await recorder.until(() => recorder.changes.length === 3, 'the changes');
      for (const [index, { change }] of results.entries()) {
        const { stream, group, item, kind, seq, epoch, timestamp, value } = recorder.changes[index]!;
        const { trace: _, old: __, ops: ___, ...told } = change!;
        assert.deepEqual({ stream, group, item, kind, seq, epoch, timestamp, value }, told);
      }
    },
  },
  {
    name: 'an open store can be written to',
    async run({ store }) {
      assert.deepEqual(store.health(), { writable: true });
      assert.notEqual(store.kind, '');
    },
  },
];
