import assert from 'node:assert/strict';
import type { Change } from '../../domain/change.js';
import type { Lifetime } from '../../domain/lifetime.js';
import type { Committed, Store } from '../port.js';
import type { ContractCase } from './contract-case.js';
import type { Recorder } from './recorder.js';
import { at, commit, GROUP, json, remove, set } from './writing.js';

const owned = (
  store: Store,
  item: string,
  value: string,
  owner: string,
  more?: Lifetime,
): Promise<Committed> =>
  commit(store, at(item), { kind: 'set', value: json(value), life: { ...more, owner } });

const release = (store: Store, item: string, owner: string): Promise<Committed> =>
  commit(store, at(item), {
    kind: 'delete',
    reason: 'owner_left',
    guard: { condition: { kind: 'owner', owner } },
  });

const updated = (store: Store, item: string, life?: Lifetime): Promise<Committed> =>
  commit(store, at(item), { kind: 'update', apply: (now) => json(`${now ?? ''}0`), ...(life && { life }) });

const outcome = async (removal: Promise<Committed>): Promise<string | undefined> =>
  (await removal).receipt?.outcome;

const removals = ({ commits }: Recorder): Change[] => commits.filter(({ kind }) => kind === 'delete');

/** Cases of stores in which items may belong to connections. */
export const ownerCases: readonly ContractCase[] = [
  {
    name: 'what belongs to an owner is removed for that owner only, and says why',
    async run({ store, recorder }) {
      await owned(store, 'a', '{"id":"x"}', 'p.1');
      assert.equal(await outcome(release(store, 'a', 'p.2')), 'conflict');
      assert.equal(await outcome(release(store, 'a', 'p.11')), 'conflict');
      assert.equal(await outcome(release(store, 'a', 'p')), 'conflict');
      assert.equal(await outcome(release(store, 'missing', 'p.1')), 'conflict');
      assert.equal(await store.get(at('a')), '{"id":"x"}');
      assert.equal(await outcome(release(store, 'a', 'p.1')), 'applied');
      await recorder.until(() => recorder.changes.length === 2, 'the change');
      for (const told of [recorder.commits[1], recorder.changes[1]])
        assert.deepEqual(
          [told?.kind, told?.seq, told?.reason, told?.value],
          ['delete', 2, 'owner_left', '{"id":"x"}'],
        );
      assert.equal(await outcome(release(store, 'a', 'p.1')), 'conflict');
      assert.equal((await set(store, 'a', '2')).change?.kind, 'create');
      assert.equal(await outcome(release(store, 'a', 'p.1')), 'conflict');
    },
  },
  {
    name: 'an owner that ends with a dot stands for all of its process',
    async run({ store }) {
      await owned(store, 'a', '1', 'p.1');
      assert.equal(await outcome(release(store, 'a', 'q.')), 'conflict');
      assert.equal(await outcome(release(store, 'a', 'p.1.')), 'conflict');
      assert.equal(await outcome(release(store, 'a', 'p.')), 'applied');
    },
  },
  {
    name: 'a set without an owner takes it away, an update keeps it, and the last one named counts',
    async run({ store, recorder }) {
      for (const item of ['set', 'updated', 'given', 'other']) await owned(store, item, '1', 'p.1');
      await Promise.all([
        set(store, 'set', '2'),
        updated(store, 'updated'),
        updated(store, 'given', { owner: 'p.2' }),
        owned(store, 'other', '2', 'p.2'),
        updated(store, 'new', { owner: 'p.1' }),
      ]);
      const gone = [];
      for (const item of ['set', 'updated', 'given', 'other', 'new'])
        gone.push(await outcome(release(store, item, 'p.1')));
      assert.deepEqual(gone, ['conflict', 'applied', 'conflict', 'conflict', 'applied']);
      assert.equal(await outcome(release(store, 'given', 'p.2')), 'applied');
      assert.equal(await outcome(release(store, 'other', 'p.2')), 'applied');
      assert.equal(await store.get(at('set')), '2');
      assert.equal(removals(recorder).length, 4);
    },
  },
  {
    name: 'an owner, a time and keys of an item do not touch each other',
    async run({ store, recorder }) {
      const key = { token: 'k', windowMs: 60_000 };
      const life = { owner: 'p.1', ttlMs: 60_000 };
      const write = { kind: 'set', value: json('1'), life, guard: { key } } as const;
      assert.equal(await outcome(commit(store, at('a'), write)), 'applied');
      await set(store, 'plain', '1');
      const lives = await store.lives(GROUP);
      assert.deepEqual([...lives.keys()], ['a']);
      assert.equal(lives.get('a')?.owner, 'p.1');
      assert.equal(lives.get('a')!.expiresAt! > Date.now(), true);
      assert.equal(await outcome(commit(store, at('a'), write)), 'duplicate');
      await updated(store, 'a', { ttlMs: 0 });
      assert.equal(await outcome(commit(store, at('a'), write)), 'duplicate');
      assert.equal(await outcome(release(store, 'a', 'p.1')), 'applied');
      await owned(store, 'b', '1', 'p.1', { ttlMs: 100 });
      await recorder.until(() => removals(recorder).some(({ item }) => item === 'b'), 'the end of its time');
      assert.equal(removals(recorder).at(-1)?.reason, 'expired');
    },
  },
  {
    name: 'a claim of an equal value changes the owner, and nothing else',
    async run({ store, recorder }) {
      await owned(store, 'a', '{"n":1}', 'p.1');
      const cursor = await store.snapshot(GROUP);
      const claimed = await owned(store, 'a', '{"n":1}', 'p.2', { claim: true });
      assert.deepEqual([claimed.change, claimed.old], [undefined, '{"n":1}']);
      assert.equal(await outcome(release(store, 'a', 'p.1')), 'conflict');
      const since = await store.changesSince(GROUP, cursor);
      assert.deepEqual(since.kind === 'changes' && since.changes, []);
      const item = await store.item(at('a'));
      assert.deepEqual([item?.item.rev, item?.item.timestamp], [1, cursor.items[0]?.timestamp]);
      const other = await owned(store, 'a', '{"n":2}', 'p.3', { claim: true });
      assert.equal(other.change?.kind, 'update');
      assert.equal(await outcome(release(store, 'a', 'p.2')), 'conflict');
      assert.equal(await outcome(release(store, 'a', 'p.3')), 'applied');
      assert.equal((await owned(store, 'a', '{"n":2}', 'p.4', { claim: true })).change?.kind, 'create');
      await set(store, 'plain', '1');
      assert.equal((await owned(store, 'plain', '1', 'p.4', { claim: true })).change?.kind, 'update');
      assert.equal(await outcome(release(store, 'plain', 'p.4')), 'applied');
      await recorder.until(() => recorder.changes.length === recorder.commits.length, 'all changes');
      assert.deepEqual(
        recorder.changes.map(({ kind, seq }) => `${kind} ${seq}`),
        ['create 1', 'update 2', 'delete 3', 'create 4', 'create 5', 'update 6', 'delete 7'],
      );
    },
  },
  {
    name: 'a claim beside a write that is on its way is decided by that write',
    async run({ store, recorder }) {
      const all = await Promise.all([
        owned(store, 'a', '1', 'p.1'),
        owned(store, 'a', '1', 'p.2', { claim: true }),
        owned(store, 'a', '1', 'p.3', { claim: true }),
        updated(store, 'b', { owner: 'p.1' }),
        set(store, 'b', '1'),
        owned(store, 'b', '2', 'p.4', { claim: true }),
      ]);
      assert.deepEqual(
        all.map(({ change }) => change?.kind),
        ['create', undefined, undefined, 'create', 'update', 'update'],
      );
      assert.equal(await outcome(release(store, 'a', 'p.3')), 'applied');
      assert.equal(await outcome(release(store, 'b', 'p.4')), 'applied');
      assert.equal(removals(recorder).length, 2);
    },
  },
  {
    name: 'many claims and releases in a row leave no item twice and no owner behind',
    async run({ store, recorder }) {
      const rounds = 100;
      await owned(store, 'a', '1', 'p.0');
      const flaps = [];
      for (let n = 1; n <= rounds; n += 1) {
        flaps.push(owned(store, 'a', '1', `p.${n}`, { claim: true }), release(store, 'a', `p.${n - 1}`));
      }
      await Promise.all(flaps);
      assert.equal(await store.get(at('a')), '1');
      assert.equal(recorder.commits.length, 1);
      assert.equal(await outcome(release(store, 'a', `p.${rounds}`)), 'applied');
      await remove(store, 'a');
      assert.equal(recorder.commits.length, 2);
    },
  },
  {
    name: 'an owner outlives a restart',
    durable: true,
    async run({ store, reopen }) {
      await owned(store, 'a', '1', 'p.1');
      await owned(store, 'b', '1', 'p.1');
      await updated(store, 'b');
      const reopened = await reopen();
      assert.equal(await outcome(release(reopened, 'a', 'p.2')), 'conflict');
      assert.equal(await outcome(release(reopened, 'a', 'p.1')), 'applied');
      assert.equal(await outcome(release(reopened, 'b', 'p.1')), 'applied');
    },
  },
  {
    name: 'subscriptions of the former process that did not end are told of once, when somebody is told',
    durable: true,
    async run({ store, recorder, reopen }) {
      const { process } = store.owned!;
      store.owned!.joined(`${process}.1/a`, json('"a"'));
      store.owned!.joined(`${process}.1/b`, json('"b"'));
      store.owned!.joined(`${process}.2/c`, json('"c"'));
      store.owned!.left(`${process}.1/b`);
      await set(store, 'later', '1');
      for (const expected of [['"a"', '"c"'], []]) {
        const reopened = await reopen();
        const told: string[] = [];
        let asked = 0;
        reopened.owned!.begin({
          graceMs: () => 50,
          leaseMs: () => 200,
          // On Redis it is asked again ten seconds later.
          tells: () => reopened.kind === 'redis' || ++asked > 2,
          crashed: (joined) => told.push(joined),
          lost: () => assert.fail('nothing was lost'),
        });
        const ttl = { kind: 'set', value: json('1'), life: { ttlMs: 4_000 } } as const;
        await commit(reopened, at('clock'), ttl);
        const seen = recorder.commits.length;
        await recorder.until(
          () => told.length >= expected.length && (told.length > 0 || recorder.commits.length > seen),
          'all of them',
        );
        assert.deepEqual(told.sort(), expected);
      }
    },
  },
  {
    name: 'what the former process left behind goes after the grace, but for what was claimed or taken from it',
    durable: true,
    async run({ store, recorder, reopen }) {
      const former = `${store.owned!.process}.1`;
      for (const item of ['gone', 'claimed', 'plain']) {
        store.owned!.note(at(item));
        await owned(store, item, '1', former);
      }
      const reopened = await reopen();
      let graces = 0;
      reopened.owned!.begin({
        graceMs: () => {
          graces += 1;
          return 300;
        },
        leaseMs: () => 200,
        tells: () => false,
        crashed: () => {},
        lost: () => assert.fail('nothing of the new process was lost'),
      });
      const mine = `${reopened.owned!.process}.1`;
      assert.notEqual(mine, former);
      assert.equal((await owned(reopened, 'claimed', '1', mine, { claim: true })).change, undefined);
      await set(reopened, 'plain', '2');
      await owned(reopened, 'mine', '1', mine);
      await recorder.until(() => removals(recorder).length > 0, 'the end of what was left behind');
      assert.deepEqual(
        removals(recorder).map(({ item, reason }) => [item, reason]),
        [['gone', 'owner_left']],
      );
      assert.equal(graces > 0, true);
      assert.equal((await reopened.list(GROUP)).length, 3);
    },
  },
];
