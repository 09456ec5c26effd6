import assert from 'node:assert/strict';
import type { ContractCase } from './contract-case.js';
import { at, commit, GROUP, increment, json, remove, set, upTo } from './writing.js';

export const writeCases: readonly ContractCase[] = [
  {
    name: 'set creates, then updates, and answers with the value before',
    async run({ store }) {
      const first = await set(store, 'a', '{"n":1}');
      assert.equal(first.old, undefined);
      assert.equal(first.change?.kind, 'create');
      assert.equal(first.change?.value, '{"n":1}');
      const second = await set(store, 'a', '{"n":2}');
      assert.equal(second.old, '{"n":1}');
      assert.equal(second.change?.kind, 'update');
      assert.equal(second.change?.old, '{"n":1}');
      assert.equal(await store.get(at('a')), '{"n":2}');
    },
  },
  {
    name: 'delete answers with the removed value, which the change carries too',
    async run({ store }) {
      await set(store, 'a', '"x"');
      const { change, old } = await remove(store, 'a');
      assert.equal(old, '"x"');
      assert.equal(change?.kind, 'delete');
      assert.equal(change?.value, '"x"');
      assert.equal(await store.get(at('a')), undefined);
      assert.equal((await set(store, 'a', '1')).change?.kind, 'create');
    },
  },
  {
    name: 'delete of a missing item changes nothing',
    async run({ store, recorder }) {
      assert.deepEqual(await remove(store, 'a'), { change: undefined, old: undefined });
      await set(store, 'a', '1');
      await remove(store, 'a');
      assert.deepEqual(await remove(store, 'a'), { change: undefined, old: undefined });
      assert.equal((await set(store, 'b', '1')).change?.seq, 3);
      assert.deepEqual(
        recorder.commits.map(({ seq }) => seq),
        [1, 2, 3],
      );
    },
  },
  {
    name: 'update gets the current value, and undefined where there is none',
    async run({ store }) {
      const seen: (string | undefined)[] = [];
      const append = (mark: string) =>
        commit(store, at('a'), {
          kind: 'update',
          apply: (current) => {
            seen.push(current);
            return json(`"${(current ?? '""').slice(1, -1)}${mark}"`);
          },
        });
      assert.equal((await append('x')).change?.kind, 'create');
      const second = await append('y');
      assert.equal(second.change?.kind, 'update');
      assert.equal(second.old, '"x"');
      assert.equal(await store.get(at('a')), '"xy"');
      assert.equal(seen.includes(undefined), true);
      assert.equal(seen.at(-1), '"x"');
    },
  },
  {
    name: 'an update that changes nothing makes no change and answers with the current value',
    async run({ store }) {
      const keep = { kind: 'update', apply: () => undefined } as const;
      assert.deepEqual(await commit(store, at('a'), keep), { change: undefined, old: undefined });
      await set(store, 'a', '1');
      assert.deepEqual(await commit(store, at('a'), keep), { change: undefined, old: '1' });
      assert.equal((await store.snapshot(GROUP)).seq, 1);
    },
  },
  {
    name: 'an update function that throws fails its call and nothing else',
    async run({ store }) {
      await set(store, 'a', '1');
      const broken = commit(store, at('a'), {
        kind: 'update',
        apply: () => {
          throw new RangeError('no');
        },
      });
      const next = increment(store, 'a');
      await assert.rejects(broken, RangeError);
      assert.equal((await next).change?.value, '2');
      assert.equal((await next).change?.seq, 2);
    },
  },
  {
    name: '64 concurrent increments are all counted',
    async run({ store }) {
      const results = await Promise.all(upTo(64).map(() => increment(store, 'n')));
      assert.equal(await store.get(at('n')), '64');
      assert.deepEqual(
        results.map(({ change }) => change?.seq),
        upTo(64),
      );
      assert.deepEqual(
        results.map(({ old }) => old),
        [undefined, ...upTo(63).map(String)],
      );
    },
  },
  {
    name: 'what is asked for one item takes effect in the order asked, and reads see it',
    async run({ store }) {
      const asked = [
        set(store, 'a', '1'),
        increment(store, 'a'),
        remove(store, 'a'),
        increment(store, 'a'),
        set(store, 'b', '7'),
      ];
      const value = store.get(at('a'));
      const values = store.list(GROUP);
      const groups = store.listGroups(GROUP.stream);
      assert.equal(await value, '1');
      assert.deepEqual(await values, ['1', '7']);
      assert.deepEqual(await groups, [GROUP.group]);
      const changes = (await Promise.all(asked)).map(({ change }) => change);
      assert.deepEqual(
        changes.map((change) => [change?.kind, change?.value, change?.seq]),
        [
          ['create', '1', 1],
          ['update', '2', 2],
          ['delete', '2', 3],
          ['create', '1', 4],
          ['create', '7', 5],
        ],
      );
    },
  },
];
