import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mutation } from '../port.js';
import { at, GROUP, json } from '../testing/writing.js';
import type { Journal } from './journal.js';
import { LocalStore } from './local-store.js';

/** A journal whose next write fails when it is told so; keeps nothing. */
function failingJournal() {
  const state = { fails: false };
  const journal: Journal = {
    kind: 'test',
    load: async () => {},
    write: async (_records, _removals, durable) => {
      if (state.fails) throw new Error('no space left');
      durable();
    },
    health: () => ({ writable: true }),
    close: async () => {},
  };
  return { journal, state };
}

const set = (value: string, guard?: Mutation['guard']): Mutation => ({
  kind: 'set',
  value: json(value),
  ...(guard === undefined ? {} : { guard }),
});
const KEY = { token: 'k', windowMs: 60_000 };

test('what was decided by a write that the disk refused fails with it', async () => {
  const { journal, state } = failingJournal();
  const options = { tombstones: { maxPerGroup: 10, maxAgeMs: 60_000 }, maxQueuedBytes: 1 << 20 };
  await using store = await LocalStore.open(options, journal);
  await store.commit(at('a'), set('1'));
  state.fails = true;
  const guards: readonly Mutation['guard'][] = [
    { key: KEY },
    { key: KEY },
    { condition: { kind: 'rev', rev: 2 } },
    { condition: { kind: 'rev', rev: 1 } },
  ];
  const asked = guards.map((guard) => store.commit(at('a'), set('2', guard)));
  const write = {
    item: 'a',
    mutation: { ...set('3'), guard: { condition: { kind: 'rev', rev: 1 } } },
  } as const;
  const all = [...asked, store.transact!(GROUP, [write])].map(async (reply) => reply);
  for (const { status } of await Promise.allSettled(all)) assert.equal(status, 'rejected');
  state.fails = false;
  assert.deepEqual((await store.item(at('a')))?.item.value, '1');
  const { receipt } = await store.commit(at('a'), set('2', { key: KEY, condition: { kind: 'rev', rev: 1 } }));
  assert.deepEqual([receipt?.outcome, receipt?.rev], ['applied', 2]);
});

test('a read that tells revs waits for what is pending, and tells what is committed', async () => {
  const { journal, state } = failingJournal();
  const options = { tombstones: { maxPerGroup: 10, maxAgeMs: 60_000 }, maxQueuedBytes: 1 << 20 };
  await using store = await LocalStore.open(options, journal);
  await store.commit(at('a'), set('1'));
  state.fails = true;
  const refused = assert.rejects(async () => store.commit(at('a'), set('2')), { reason: 'read_only' });
  assert.equal(store.get(at('a')), '2');
  const found = await store.item(at('a'));
  assert.deepEqual([found?.item.rev, found?.item.value], [1, '1']);
  await refused;
});
