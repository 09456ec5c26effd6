import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyvStoreAdapter } from 'keyv';
import { asJson } from '../../domain/json-text.js';
import type { Journal } from './journal.js';
import { LocalStore } from './local-store.js';
import { plainAdapter, type TableFaults, tableAdapter } from './testing/plain-adapter.js';
import { openAdapter } from './uri-journal.js';

const OPTIONS = { tombstones: { maxPerGroup: 100, maxAgeMs: 3_600_000 }, maxQueuedBytes: 1 << 20 };
const at = (item: string) => ({ stream: 's', group: 'g', item });
/** Each snapshot has a timestamp of its own. */
const stateOf = (store: LocalStore) => ({ ...store.snapshot(group), timestamp: 0 });
const set = (value: string) => ({ kind: 'set', value: asJson(value) }) as const;
const group = { stream: 's', group: 'g' };

/** A store on a table, and what a restart would read from it. */
async function openTable(faults: TableFaults = {}) {
  const records = new Map<string, string>();
  const open = (table: TableFaults): Promise<Journal> =>
    openAdapter('table', tableAdapter(records, table), false);
  const store = await LocalStore.open(OPTIONS, await open(faults));
  const reopened = async () => stateOf(await LocalStore.open(OPTIONS, await open({})));
  return { store, records, reopened };
}

test('uri: a statement of a batch that failed never lands on what is written next', async () => {
  const faults: TableFaults = {};
  const { store, reopened } = await openTable(faults);
  await store.commit(at('slow'), set('0'));
  faults.turns = (key) => (key.endsWith('/slow') ? 50 : 1);
  faults.refuses = (key) => (key.endsWith('/bad') ? 'deadlock found' : undefined);
  const failed = await Promise.allSettled([
    store.commit(at('slow'), set('1')),
    store.commit(at('bad'), set('1')),
  ]);
  assert.deepEqual(
    failed.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  faults.refuses = () => undefined;
  faults.turns = () => 1;
  await store.commit(at('slow'), set('2'));
  await sleep(50);
  assert.deepEqual(await reopened(), stateOf(store));
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
  await assert.rejects(async () => store.commit(at('a'), set('2')), { reason: 'read_only', message: reason });
  while (store.health().writable) await sleep(1);
  assert.deepEqual(store.health(), { writable: false, reason });
  await assert.rejects(async () => store.commit(at('b'), set('2')), { reason: 'read_only', message: reason });
  assert.deepEqual(store.list(group), ['1']);
  faults.away = undefined;
  while (!store.health().writable) await sleep(10);
  await store.commit(at('a'), set('3'));
  assert.deepEqual(await reopened(), stateOf(store));
  await store[Symbol.asyncDispose]();
});

test('uri: a value that the database refuses takes nothing but its batch with it', async () => {
  const { store } = await openTable({ refuses: (_, value) => (/1234/.test(value) ? 'too big' : undefined) });
  await assert.rejects(async () => store.commit(at('a'), set('1234')), {
    reason: 'read_only',
    message: /too big/,
  });
  for (let n = 0; n < 20; n++) {
    await store.commit(at('b'), set(String(n)));
    assert.deepEqual(store.health(), { writable: true });
  }
  await store[Symbol.asyncDispose]();
});

test('uri: names too long for the key column are refused alone', async () => {
  const refuses = (key: string) => (key.length > 255 ? 'value too long' : undefined);
  const { store } = await openTable({ refuses });
  const fits = 'x'.repeat(244 - 'i/s/g/'.length);
  const [kept, long, other] = await Promise.allSettled([
    store.commit(at(fits), set('1')),
    // A call throws what it refuses before it is queued.
    (async () => store.commit(at(`${fits}x`), set('1')))(),
    store.commit(at('other'), set('1')),
  ]);
  assert.deepEqual([kept.status, other.status], ['fulfilled', 'fulfilled']);
  assert.match(String((long as PromiseRejectedResult).reason), / 245 characters, .* takes 244/);
  await store[Symbol.asyncDispose]();
});

const refused = (message: RegExp) => ({ name: 'LocalError', code: 'store_uri', message });

test('uri: a table that cuts keys off, or eats what SQL quotes with, is noticed at start', async () => {
  const plain = plainAdapter(new Map());
  const cut = async (key: string, value: string) => plain.set(key.slice(0, 255), value);
  const cutting = { ...plain, set: cut } as unknown as KeyvStoreAdapter;
  const journal = await openAdapter('cutting', cutting, false);
  assert.equal(journal.maxKeyLength, 244);
  const tiny = tableAdapter(new Map(), { refuses: (key) => (key.length > 100 ? 'too long' : undefined) });
  await assert.rejects(openAdapter('tiny', tiny, false), refused(/no keys of 244 characters/));
  const eat = async (key: string, value: string) => plain.set(key, value.replaceAll('\\', ''));
  const eating = { ...plain, set: eat } as unknown as KeyvStoreAdapter;
  await assert.rejects(openAdapter('eating', eating, false), refused(/came back changed/));
  const keeping = { ...plain, delete: async () => true } as unknown as KeyvStoreAdapter;
  await assert.rejects(openAdapter('keeping', keeping, false), refused(/still there after it was deleted/));
  const short = tableAdapter(new Map(), {
    refuses: (_, { length }) => (length > 9 ? 'too long' : undefined),
  });
  await assert.rejects(openAdapter('short', short, false), refused(/refuses a text of .*: too long/));
});

test('uri: a start that fails names what was thrown, and what the adapter only emitted before', async () => {
  const table = tableAdapter(new Map(), { away: new Error('permission denied for table keyv') });
  const on = (_: string, listener: (error: Error) => void) => {
    listener(new Error('permission denied for schema public'));
    return table;
  };
  const both =
    /cannot be used: permission denied for table keyv \(before that: permission denied for schema public\)\.$/;
  await assert.rejects(openAdapter('table', { ...table, on } as KeyvStoreAdapter, false), refused(both));
});
