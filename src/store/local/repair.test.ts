import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asJson } from '../../domain/json-text.js';
import { LocalStore } from './local-store.js';
import { FakeJournal } from './testing/fake-journal.js';

const OPTIONS = { tombstones: { maxPerGroup: 100, maxAgeMs: 3_600_000 }, maxQueuedBytes: 1 << 20 };
const group = { stream: 's', group: 'g' };
const at = (item: string) => ({ ...group, item });
const set = (value: string) => ({ kind: 'set', value: asJson(value) }) as const;

test('what a fallen batch left behind is removed, however often the removal fails', async () => {
  const journal = new FakeJournal(false);
  const store = await LocalStore.open(OPTIONS, journal);
  await store.commit(at('a'), set('1'));
  journal.failing = true;
  await Promise.allSettled([store.commit(at('fallen'), set('1')), store.commit(at('other'), set('1'))]);
  journal.failing = false;
  assert.ok(journal.records.has('i/s/g/fallen'), 'half of the batch was written');
  const remove = journal.remove.bind(journal);
  journal.remove = async () => {
    throw new Error('the connection broke');
  };
  await store.commit(at('a'), set('2'));
  await store.commit(at('a'), set('3'));
  journal.remove = remove;
  await store.commit(at('a'), set('4'));
  const reopened = await LocalStore.open(OPTIONS, new FakeJournal(false, journal.records));
  assert.deepEqual(reopened.snapshot(group), store.snapshot(group));
  await store[Symbol.asyncDispose]();
  await reopened[Symbol.asyncDispose]();
});

test('an item that is written after it fell stays, whatever was to be removed', async () => {
  const journal = new FakeJournal(false);
  const store = await LocalStore.open(OPTIONS, journal);
  journal.failing = true;
  await Promise.allSettled([store.commit(at('a'), set('1')), store.commit(at('b'), set('1'))]);
  journal.failing = false;
  await store.commit(at('a'), set('2'));
  await store.commit(at('b'), set('2'));
  await store.commit(at('c'), set('2'));
  const reopened = await LocalStore.open(OPTIONS, new FakeJournal(false, journal.records));
  assert.deepEqual(reopened.list(group), ['2', '2', '2']);
  await store[Symbol.asyncDispose]();
  await reopened[Symbol.asyncDispose]();
});
