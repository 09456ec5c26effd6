import assert from 'node:assert/strict';
import type { Change, Cursor, Snapshot } from '../../domain/change.js';
import type { Store } from '../port.js';
import type { ContractCase } from './contract-case.js';
import { GROUP, remove, set, upTo } from './writing.js';

const position = ({ epoch, seq }: Cursor): Cursor => ({ epoch, seq });

async function changesAfter(store: Store, cursor: Cursor): Promise<readonly Change[]> {
  const since = await store.changesSince(GROUP, position(cursor));
  assert.equal(since.kind, 'changes');
  assert.equal(since.epoch, cursor.epoch);
  assert.equal(since.seq, (await store.snapshot(GROUP)).seq);
  return since.changes;
}

async function resetAfter(store: Store, cursor: Cursor): Promise<{ reason: string; snapshot: Snapshot }> {
  const since = await store.changesSince(GROUP, cursor);
  assert.equal(since.kind, 'reset');
  return since;
}

const told = (changes: readonly Change[]): unknown[] =>
  changes.map(({ kind, item, seq }) => [kind, item, seq]);

/** Applies changes to a snapshot the way a client does. */
function replay(snapshot: Snapshot, changes: readonly Change[]): Map<string, string> {
  const items = new Map(snapshot.items.map(({ id, value }) => [id, value as string]));
  for (const { kind, item, value } of changes) {
    if (kind === 'delete') items.delete(item);
    else items.set(item, value);
  }
  return items;
}

export const cursorCases: readonly ContractCase[] = [
  {
    name: 'a snapshot tells rev and timestamp of each item, and where the group stands',
    async run({ store }) {
      const a = await set(store, 'a', '1');
      await set(store, 'b', '2');
      const a2 = await set(store, 'a', '3');
      const snapshot = await store.snapshot(GROUP);
      assert.equal(snapshot.seq, 3);
      assert.equal(snapshot.epoch, a.change?.epoch);
      assert.equal(snapshot.timestamp >= (a2.change?.timestamp ?? Infinity), true);
      assert.deepEqual(
        snapshot.items.map(({ id, rev, value }) => [id, rev, value]),
        [
          ['a', 3, '3'],
          ['b', 2, '2'],
        ],
      );
      assert.equal(snapshot.items[0]?.timestamp, a2.change?.timestamp);
    },
  },
  {
    name: 'the first change of a group continues the epoch that its early readers were told',
    async run({ store }) {
      const before = await store.snapshot(GROUP);
      const { change } = await set(store, 'a', '1');
      assert.equal(change?.epoch, before.epoch);
      assert.equal(change !== undefined && change.timestamp > before.timestamp, true);
      assert.deepEqual(told(await changesAfter(store, before)), [['create', 'a', 1]]);
    },
  },
  {
    name: 'nothing changed after the newest cursor',
    async run({ store }) {
      await set(store, 'a', '1');
      assert.deepEqual(await changesAfter(store, await store.snapshot(GROUP)), []);
    },
  },
  {
    name: 'only the newest change of each item is told, in seq order, deletions included',
    async run({ store }) {
      for (const item of ['a', 'b', 'c', 'd']) await set(store, item, '0');
      const before = await store.snapshot(GROUP);
      await set(store, 'b', '1');
      await set(store, 'a', '1');
      await set(store, 'b', '2');
      await set(store, 'e', '{"id":"other"}');
      await remove(store, 'c');
      await set(store, 'f', '1');
      await remove(store, 'e');
      const changes = await changesAfter(store, before);
      assert.deepEqual(told(changes), [
        ['update', 'a', 6],
        ['update', 'b', 7],
        ['delete', 'c', 9],
        ['create', 'f', 10],
        ['delete', 'e', 11],
      ]);
      assert.equal(changes[1]?.value, '2');
      assert.equal(changes[2]?.value, '{"id":"c"}');
      assert.equal(changes[4]?.value, '{"id":"other"}');
      assert.deepEqual([...replay(before, changes)], [...replay(await store.snapshot(GROUP), [])]);
    },
  },
  {
    name: 'a catch-up that is cut off after any change goes on from there',
    async run({ store }) {
      await set(store, 'a', '1');
      const before = await store.snapshot(GROUP);
      for (const item of ['b', 'c', 'd', 'c', 'a', 'b']) await set(store, item, '2');
      await remove(store, 'd');
      for (const item of ['d', 'e', 'd']) await set(store, item, '3');
      const list = await store.list(GROUP);
      const changes = await changesAfter(store, before);
      for (const [cut, { seq }] of changes.entries()) {
        const rest = await changesAfter(store, { ...before, seq });
        const all = [...changes.slice(0, cut + 1), ...rest];
        assert.deepEqual([...replay(before, all).values()], [...list], `cut after ${seq}`);
        for (const [at, { kind, item, timestamp }] of all.entries()) {
          assert.equal(timestamp > (all[at - 1]?.timestamp ?? 0), true);
          assert.equal(kind !== 'update' || replay(before, all.slice(0, at)).has(item), true);
        }
      }
    },
  },
  {
    name: 'deleted and created again after the cursor: both are told',
    async run({ store }) {
      await set(store, 'a', '1');
      const before = await store.snapshot(GROUP);
      await remove(store, 'a');
      const between = await store.snapshot(GROUP);
      await set(store, 'x', '1');
      await set(store, 'a', '2');
      const after = await store.snapshot(GROUP);
      await set(store, 'a', '3');
      const changes = await changesAfter(store, before);
      assert.deepEqual(told(changes), [
        ['delete', 'a', 2],
        ['create', 'x', 3],
        ['create', 'a', 5],
      ]);
      const [deleted, , created] = changes;
      assert.equal(
        deleted !== undefined && created !== undefined && deleted.timestamp < created.timestamp,
        true,
      );
      assert.equal(created?.value, '3');
      assert.deepEqual(told(await changesAfter(store, between)), [
        ['create', 'x', 3],
        ['create', 'a', 5],
      ]);
      assert.deepEqual(told(await changesAfter(store, after)), [['update', 'a', 5]]);
    },
  },
  {
    name: 'another epoch, or a seq ahead of the group, is a reset with the snapshot',
    async run({ store }) {
      await set(store, 'a', '1');
      const { epoch } = await store.snapshot(GROUP);
      for (const cursor of [
        { epoch: 'other', seq: 1 },
        { epoch, seq: 2 },
        { epoch: '', seq: 0 },
      ]) {
        const { reason, snapshot } = await resetAfter(store, cursor);
        assert.equal(reason, 'epoch');
        assert.deepEqual([snapshot.seq, snapshot.epoch, snapshot.items.length], [1, epoch, 1]);
      }
      const unknown = await store.changesSince({ stream: 'chat', group: 'none' }, { epoch: 'other', seq: 3 });
      assert.equal(unknown.kind === 'reset' && unknown.snapshot.seq, 0);
    },
  },
  {
    name: 'a cursor before forgotten deletions is a reset',
    options: { tombstones: { maxPerGroup: 3, maxAgeMs: 86_400_000 } },
    async run({ store }) {
      for (const n of upTo(6)) await set(store, `i${n}`, String(n));
      await set(store, 'stays', '1');
      const before = await store.snapshot(GROUP);
      await remove(store, 'i1');
      const later = await store.snapshot(GROUP);
      for (const n of [2, 3, 4]) await remove(store, `i${n}`);
      // Forgetting may wait for a quiet moment, but not for ever.
      for (const n of upTo(70)) await set(store, 'stays', String(n));
      const { reason, snapshot } = await resetAfter(store, position(before));
      assert.equal(reason, 'horizon');
      assert.equal(snapshot.items.length, 3);
      assert.deepEqual(told(await changesAfter(store, later)).slice(0, 3), [
        ['delete', 'i2', 9],
        ['delete', 'i3', 10],
        ['delete', 'i4', 11],
      ]);
    },
  },
  {
    name: 'snapshots are consistent while writers run',
    async run({ store }) {
      // Each writer moves a token: a and b always sum to 100.
      await Promise.all([set(store, 'a', '0'), set(store, 'b', '0')]);
      let running = true;
      const writer = (async () => {
        for (let n = 1; n <= 150; n++)
          await Promise.all([set(store, 'a', String(n)), set(store, 'b', String(n))]);
        running = false;
      })();
      let previous = await store.snapshot(GROUP);
      while (running) {
        const [snapshot] = await Promise.all([
          store.snapshot(GROUP),
          new Promise((resolve) => setImmediate(resolve)),
        ]);
        assert.equal(snapshot.seq >= previous.seq, true);
        for (const { rev } of snapshot.items) assert.equal(rev <= snapshot.seq, true);
        assert.equal(Math.max(...snapshot.items.map(({ rev }) => rev)), snapshot.seq);
        const since = await store.changesSince(GROUP, position(previous));
        assert.equal(since.kind, 'changes');
        assert.equal(since.kind === 'changes' && since.changes.every(({ seq }) => seq > previous.seq), true);
        previous = snapshot;
      }
      await writer;
    },
  },
];
