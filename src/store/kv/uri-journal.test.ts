import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { asJson } from '../../domain/json-text.js';
import type { Journal } from './journal.js';
import { KvStore } from './kv-store.js';
import { type TableFaults, tableAdapter } from './testing/plain-adapter.js';
import { openAdapter } from './uri-journal.js';

const OPTIONS = { tombstones: { maxPerGroup: 100, maxAgeMs: 3_600_000 }, maxQueuedBytes: 1 << 20 };
const at = (item: string) => ({ stream: 's', group: 'g', item });
const set = (value: string) => ({ kind: 'set', value: asJson(value) }) as const;
const group = { stream: 's', group: 'g' };

/** A store on a table, and what a restart would read from it. */
async function openTable(faults: TableFaults = {}) {
  const records = new Map<string, string>();
  const open = (table: TableFaults): Promise<Journal> =>
    openAdapter('table', tableAdapter(records, table), false);
  const store = await KvStore.open(OPTIONS, await open(faults));
  const reopened = async () => (await KvStore.open(OPTIONS, await open({}))).snapshot(group);
  return { store, records, reopened };
}

test('uri: a statement of a batch that fell never lands on what is written next', async () => {
  const faults: TableFaults = {};
  const { store, reopened } = await openTable(faults);
  await store.commit(at('slow'), set('0'));
  faults.turns = (key) => (key.endsWith('/slow') ? 50 : 1);
  faults.refuses = (key) => (key.endsWith('/bad') ? 'deadlock found' : undefined);
  const fallen = await Promise.allSettled([
    store.commit(at('slow'), set('1')),
    store.commit(at('bad'), set('1')),
  ]);
  assert.deepEqual(
    fallen.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  faults.refuses = () => undefined;
  faults.turns = () => 1;
  await store.commit(at('slow'), set('2'));
  await sleep(50);
  assert.deepEqual(await reopened(), store.snapshot(group));
  assert.equal(store.get(at('slow')), '2');
  await store[Symbol.asyncDispose]();
});

test('uri: a database that is away fails writes at once, says so, and is asked until it is back', {
  timeout: 10_000,
}, async () => {
  const faults: TableFaults = {};
  const { store, reopened } = await openTable(faults);
  await store.commit(at('a'), set('1'));
  faults.away = new AggregateError([new Error('connect ECONNREFUSED ::1:5432')]);
  const reason = 'the store could not write: connect ECONNREFUSED ::1:5432';
  await assert.rejects(async () => store.commit(at('a'), set('2')), { message: `read_only: ${reason}` });
  while (store.health().writable) await sleep(1);
  assert.deepEqual(store.health(), { writable: false, reason });
  await assert.rejects(async () => store.commit(at('b'), set('2')), { message: `read_only: ${reason}` });
  assert.deepEqual(store.list(group), ['1']);
  faults.away = undefined;
  while (!store.health().writable) await sleep(10);
  await store.commit(at('a'), set('3'));
  assert.deepEqual(await reopened(), store.snapshot(group));
  await store[Symbol.asyncDispose]();
});

test('uri: a value that the database refuses takes nothing but its batch with it', async () => {
  const { store } = await openTable({ refuses: (_, value) => (/1234/.test(value) ? 'too big' : undefined) });
  await assert.rejects(async () => store.commit(at('a'), set('1234')), /read_only: .*too big/);
  for (let n = 0; n < 20; n++) {
    await store.commit(at('b'), set(String(n)));
    assert.deepEqual(store.health(), { writable: true });
  }
  await store[Symbol.asyncDispose]();
});
