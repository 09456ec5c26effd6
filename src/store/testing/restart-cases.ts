import assert from 'node:assert/strict';
import type { ContractCase } from './contract-case.js';
import { at, GROUP, ids, remove, set, upTo } from './writing.js';

export const restartCases: readonly ContractCase[] = [
  {
    name: 'a restart keeps values, order, seq, epoch and timestamps',
    durable: true,
    async run({ store, reopen }) {
      for (const item of ['c', 'a', 'b']) await set(store, item, JSON.stringify(item));
      await remove(store, 'a');
      await set(store, 'a', '"a2"');
      await set(store, 'c', '12345678901234567890');
      const before = await store.snapshot(GROUP);
      const reopened = await reopen();
      const { timestamp, ...after } = await reopened.snapshot(GROUP);
      assert.equal(timestamp >= before.timestamp, true);
      assert.deepEqual({ ...after, timestamp: before.timestamp }, before);
      assert.deepEqual(await ids(reopened), ['c', 'b', 'a']);
      assert.deepEqual(await reopened.listAll(), [{ id: 'chat', groups: ['room'] }]);
      const { change } = await set(reopened, 'd', '1');
      assert.equal(change?.seq, before.seq + 1);
      assert.equal(change !== undefined && change.timestamp > before.timestamp, true);
    },
  },
  {
    name: 'a restart under a clock that is behind keeps timestamps rising',
    durable: true,
    options: { now: () => 1_000 },
    async run({ store, reopen }) {
      const results = await Promise.all(upTo(30).map((n) => set(store, 'a', String(n))));
      const last = results.at(-1)?.change?.timestamp ?? Infinity;
      const { change } = await set(await reopen(), 'a', '31');
      assert.equal(change !== undefined && change.timestamp > last, true);
    },
  },
  {
    name: 'a cursor outlives a restart, deletions included',
    durable: true,
    async run({ store, reopen }) {
      for (const item of ['a', 'b', 'c']) await set(store, item, '1');
      const { epoch, seq } = await store.snapshot(GROUP);
      await remove(store, 'b');
      await remove(store, 'c');
      await set(store, 'c', '2');
      const reopened = await reopen();
      const since = await reopened.changesSince(GROUP, { epoch, seq });
      assert.equal(since.kind, 'changes');
      assert.deepEqual(
        since.kind === 'changes' && since.changes.map(({ kind, item, seq }) => [kind, item, seq]),
        [
          ['delete', 'b', 4],
          ['delete', 'c', 5],
          ['create', 'c', 6],
        ],
      );
    },
  },
  {
    name: 'a group emptied before a restart is not listed after it',
    durable: true,
    async run({ store, reopen }) {
      await set(store, 'a', '1');
      await remove(store, 'a');
      const reopened = await reopen();
      assert.deepEqual(await reopened.listAll(), []);
      assert.equal((await set(reopened, 'a', '2')).change?.seq, 3);
      assert.equal(await reopened.get(at('a')), '2');
    },
  },
];
