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
