import assert from 'node:assert/strict';
import type { Change } from '../../domain/change.js';
import type { Lifetime } from '../../domain/lifetime.js';
import type { Committed, Store } from '../port.js';
import type { ContractCase } from './contract-case.js';
import type { Recorder } from './recorder.js';
import { at, commit, GROUP, json, remove, set } from './writing.js';

/** Milliseconds; long enough for what is asked meanwhile to come first. */
const SHORT = 200;
const LONG = 600_000;

const lasting = (store: Store, item: string, value: string, life: Lifetime): Promise<Committed> =>
  commit(store, at(item), { kind: 'set', value: json(value), life });

const touched = (store: Store, item: string, life?: Lifetime): Promise<Committed> =>
  commit(store, at(item), {
    kind: 'update',
    apply: (current) => json(`${current ?? '0'}1`),
    ...(life === undefined ? {} : { life }),
  });

const removals = ({ commits }: Recorder): Change[] => commits.filter(({ kind }) => kind === 'delete');

const untilGone = (recorder: Recorder, item: string): Promise<void> =>
  recorder.until(() => removals(recorder).some((change) => change.item === item), `the end of ${item}`);

/** What was to be removed before an item that was written last is removed when that is. */
async function untilLater(store: Store, recorder: Recorder): Promise<void> {
  await lasting(store, 'later', '0', { ttlMs: 2 * SHORT });
  await untilGone(recorder, 'later');
}

export const lifetimeCases: readonly ContractCase[] = [
  {
    name: 'an item whose time is up is removed by a delete like any other, with the reason',
    async run({ store, recorder }) {
      await lasting(store, 'a', '{"id":"x"}', { ttlMs: SHORT });
      assert.equal(await store.get(at('a')), '{"id":"x"}');
      const cursor = await store.snapshot(GROUP);
      assert.equal(cursor.items.length, 1);
      await untilGone(recorder, 'a');
      await recorder.until(() => recorder.changes.length === 2, 'the change');
      for (const told of [recorder.commits[1], recorder.changes[1]]) {
        assert.deepEqual([told?.kind, told?.seq, told?.reason], ['delete', 2, 'expired']);
        assert.equal(told?.value, '{"id":"x"}');
        assert.equal(told?.epoch, cursor.epoch);
      }
      assert.equal(recorder.commits[1]!.timestamp >= recorder.commits[0]!.timestamp + SHORT, true);
      assert.equal(await store.get(at('a')), undefined);
      const since = await store.changesSince(GROUP, cursor);
      assert.deepEqual(
        since.kind === 'changes' && since.changes.map(({ kind, seq, value }) => [kind, seq, value]),
        [['delete', 2, '{"id":"x"}']],
      );
      assert.deepEqual(await store.listGroups('chat'), []);
      assert.equal((await set(store, 'a', '2')).change?.kind, 'create');
    },
  },
  {
    name: 'a set takes the time away, an update keeps it',
    async run({ store, recorder }) {
      await lasting(store, 'set', '1', { ttlMs: SHORT });
      await lasting(store, 'updated', '1', { ttlMs: SHORT });
      await Promise.all([set(store, 'set', '2'), touched(store, 'updated')]);
      await untilGone(recorder, 'updated');
      await untilLater(store, recorder);
      assert.equal(await store.get(at('set')), '2');
      assert.deepEqual(
        removals(recorder).map(({ item, value }) => [item, value]),
        [
          ['updated', '11'],
          ['later', '0'],
        ],
      );
    },
  },
  {
    name: 'the time of the last write counts, and 0 is none',
    async run({ store, recorder }) {
      await lasting(store, 'longer', '1', { ttlMs: SHORT });
      await lasting(store, 'kept', '1', { ttlMs: SHORT });
      await lasting(store, 'zero', '1', { ttlMs: 0 });
      await lasting(store, 'shorter', '1', { ttlMs: LONG });
      await Promise.all([
        lasting(store, 'longer', '2', { ttlMs: LONG }),
        touched(store, 'kept', { ttlMs: 0 }),
        touched(store, 'shorter', { ttlMs: SHORT }),
      ]);
      await untilGone(recorder, 'shorter');
      await untilLater(store, recorder);
      assert.deepEqual(
        removals(recorder).map(({ item }) => item),
        ['shorter', 'later'],
      );
    },
  },
  {
    name: 'a time for new items is that of an update which creates one, and of no other',
    async run({ store, recorder }) {
      await set(store, 'old', '1');
      await Promise.all([
        touched(store, 'old', { ttlMsWhenNew: SHORT }),
        touched(store, 'new', { ttlMsWhenNew: SHORT }),
        touched(store, 'own', { ttlMs: LONG, ttlMsWhenNew: SHORT }),
      ]);
      await untilGone(recorder, 'new');
      await untilLater(store, recorder);
      assert.deepEqual(
        removals(recorder).map(({ item }) => item),
        ['new', 'later'],
      );
    },
  },
  {
    name: 'an item that was removed and made again has the time of its new life',
    async run({ store, recorder }) {
      await lasting(store, 'a', '1', { ttlMs: SHORT });
      await remove(store, 'a');
      await touched(store, 'a');
      await untilLater(store, recorder);
      assert.equal(await store.get(at('a')), '01');
      assert.deepEqual(
        removals(recorder).map(({ item, reason }) => [item, reason]),
        [
          ['a', undefined],
          ['later', 'expired'],
        ],
      );
    },
  },
  {
    name: 'many items of many groups whose time is up together are removed once each',
    async run({ store, recorder }) {
      const writes = Array.from({ length: 300 }, (_, n) =>
        commit(store, at(`item${n}`, { stream: 'chat', group: `group${n % 30}` }), {
          kind: 'set',
          value: json('1'),
          life: { ttlMs: 300 },
        }),
      );
      await Promise.all(writes);
      await recorder.until(() => removals(recorder).length >= 300, 'all of them');
      await untilLater(store, recorder);
      assert.equal(removals(recorder).length, 301);
      assert.deepEqual(await store.listAll(), []);
    },
  },
  {
    name: 'a time outlives a restart',
    durable: true,
    async run({ store, recorder, reopen }) {
      await lasting(store, 'a', '1', { ttlMs: 1_500 });
      await lasting(store, 'b', '1', { ttlMs: LONG });
      const reopened = await reopen();
      assert.equal(await reopened.get(at('a')), '1');
      await untilGone(recorder, 'a');
      assert.equal((await reopened.snapshot(GROUP)).seq, 3);
      assert.equal(await reopened.get(at('b')), '1');
    },
  },
];
