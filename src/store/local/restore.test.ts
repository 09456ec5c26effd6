import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LocalError } from '../../domain/errors.js';
import { asJson } from '../../domain/json-text.js';
import { LocalStore } from './local-store.js';
import { type TableFaults, tableAdapter } from './testing/plain-adapter.js';
import { openAdapter } from './uri-journal.js';

const OPTIONS = { tombstones: { maxPerGroup: 100, maxAgeMs: 3_600_000 }, maxQueuedBytes: 1 << 20 };
const group = { stream: 's', group: 'g' };
const at = (item: string) => ({ ...group, item });
const set = (value: string) => ({ kind: 'set', value: asJson(value) }) as const;

async function openTable() {
  const records = new Map<string, string>();
  const faults: TableFaults = {};
  const open = async (table: TableFaults) =>
    LocalStore.open(OPTIONS, await openAdapter('table', tableAdapter(records, table), false));
  return { records, faults, store: await open(faults), reopen: () => open({}) };
}

/** Writes the items in one batch, of which the last statement fails. */
async function fail(store: LocalStore, faults: TableFaults, ...items: string[]): Promise<void> {
  faults.refuses = (key) => (key.endsWith(items.at(-1) as string) ? 'deadlock found' : undefined);
  const results = await Promise.allSettled(items.map((item) => store.commit(at(item), set('"failed"'))));
  assert.ok(results.every(({ status }) => status === 'rejected'));
  faults.refuses = () => undefined;
}

test('what a failed batch left behind is removed, however often the removal fails', async () => {
  const { records, faults, store, reopen } = await openTable();
  await store.commit(at('a'), set('1'));
  await fail(store, faults, 'left', 'a', 'other');
  assert.ok(records.has('iii-stream:i/s/g/left'), 'a part of the batch was written');
  assert.match(records.get('iii-stream:i/s/g/a') ?? '', /failed/);
  // Statements without a value are deletions.
  faults.refuses = (_, value) => (value === '' ? 'the connection broke' : undefined);
  await store.commit(at('b'), set('2'));
  assert.match(records.get('iii-stream:i/s/g/a') ?? '', / 1$/, 'the old record is back');
  await store.commit(at('b'), set('3'));
  assert.ok(records.has('iii-stream:i/s/g/left'));
  faults.refuses = () => undefined;
  await store.commit(at('b'), set('4'));
  const reopened = await reopen();
  const { timestamp } = store.snapshot(group);
  assert.deepEqual({ ...reopened.snapshot(group), timestamp }, { ...store.snapshot(group), timestamp });
  await store[Symbol.asyncDispose]();
  await reopened[Symbol.asyncDispose]();
});

test('an item that is written after it failed stays, whatever was to be removed', async () => {
  const { faults, store, reopen } = await openTable();
  await fail(store, faults, 'a', 'b');
  await store.commit(at('a'), set('2'));
  await store.commit(at('b'), set('2'));
  await store.commit(at('c'), set('2'));
  const reopened = await reopen();
  assert.deepEqual(reopened.list(group), ['2', '2', '2']);
  await store[Symbol.asyncDispose]();
  await reopened[Symbol.asyncDispose]();
});

test('records of a newer program are refused by their format, and left as they are', async () => {
  const { records, store, reopen } = await openTable();
  await store.commit(at('a'), set('1'));
  await store[Symbol.asyncDispose]();
  const [key, text] = [...records].find(([, value]) => value.includes('"format"')) ?? [];
  records.set(key as string, (text as string).replace(/"format":\d+/, '"format":99'));
  const before = [...records];
  await assert.rejects(reopen(), ({ code, message }: LocalError) => {
    assert.equal(code, 'store_format');
    assert.match(message, /records of format 99, this program reads format \d+/);
    return true;
  });
  assert.deepEqual([...records], before, 'the newer program goes on owning it');
});
