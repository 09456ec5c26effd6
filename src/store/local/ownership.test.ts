import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyvStoreAdapter } from 'keyv';
import { asJson } from '../../domain/json-text.js';
import { LocalStore } from './local-store.js';
import { tableAdapter } from './testing/plain-adapter.js';
import { openAdapter } from './uri-journal.js';

const OPTIONS = { tombstones: { maxPerGroup: 100, maxAgeMs: 3_600_000 }, maxQueuedBytes: 1 << 20 };
const group = { stream: 's', group: 'g' };
const at = (item: string) => ({ ...group, item });
const set = (value: string) => ({ kind: 'set', value: asJson(value) }) as const;

const open = async (records: Map<string, string>, adapter?: KeyvStoreAdapter, deadline?: number) =>
  LocalStore.open(OPTIONS, await openAdapter('table', adapter ?? tableAdapter(records), false, deadline));

test('uri: the later process has the database, and the earlier one acknowledges nothing that it would lose', async () => {
  const records = new Map<string, string>();
  const first = await open(records);
  const acknowledged = ['0'];
  await first.commit(at('0'), set('"0"'));
  let stopped = false;
  const writing = (async () => {
    for (let n = 1; !stopped; n += 1) {
      await first.commit(at(String(n)), set(`"${n}"`));
      acknowledged.push(String(n));
    }
  })();
  const taken = open(records);
  await assert.rejects(writing, { reason: 'read_only', message: /another process took the database over/ });
  stopped = true;
  const second = await taken;
  for (const n of acknowledged) assert.equal(second.get(at(n)), `"${n}"`);
  const health = first.health();
  assert.ok(!health.writable && /stop this process/.test(health.reason));
  await second.commit(at('0'), set('"second"'));
  await first[Symbol.asyncDispose]();
  await second.commit(at('1'), set('"second"'));
  await second[Symbol.asyncDispose]();
  const third = await open(records);
  assert.deepEqual([third.get(at('0')), third.get(at('1'))], ['"second"', '"second"']);
  await third[Symbol.asyncDispose]();
});

test('uri: six processes at once on an empty database do not accuse it, and one of them has it', async () => {
  const records = new Map<string, string>();
  const starts = await Promise.allSettled(Array.from({ length: 6 }, () => open(records)));
  const opened = starts.flatMap((start) => {
    if (start.status === 'fulfilled') return [start.value];
    assert.match(String(start.reason), /another process took the database over/);
    return [];
  });
  const results = await Promise.allSettled(opened.map(async (store) => store.commit(at('a'), set('1'))));
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const store of opened) await store[Symbol.asyncDispose]();
});

test('uri: a database that came back empty is filled again with the next write', async () => {
  const records = new Map<string, string>();
  const store = await open(records);
  for (let n = 0; n < 1_200; n += 1) await store.commit(at(String(n)), set(String(n)));
  await store.commit(at('0'), { kind: 'delete' });
  records.clear();
  await assert.doesNotReject(async () => store.commit(at('new'), set('1')));
  const { epoch, seq, items } = store.snapshot(group);
  await store[Symbol.asyncDispose]();
  const again = await open(records);
  const after = again.snapshot(group);
  assert.deepEqual([after.epoch, after.seq, after.items], [epoch, seq, items]);
  await again[Symbol.asyncDispose]();
});

test('uri: a database that does not reply fails writes in time, and takes them again when it does', {
  timeout: 20_000,
}, async () => {
  const records = new Map<string, string>();
  const table = tableAdapter(records);
  let reply: (() => void) | undefined;
  let hung: Promise<void> | undefined;
  const adapter = {
    ...table,
    async set(key: string, value: string) {
      await hung;
      return table.set(key, value);
    },
  } as KeyvStoreAdapter;
  const store = await open(records, adapter, 100);
  await store.commit(at('a'), set('1'));
  hung = new Promise((resolve) => {
    reply = resolve;
  });
  await assert.rejects(async () => store.commit(at('a'), set('2')), {
    reason: 'read_only',
    message: /no reply/,
  });
  assert.equal(store.health().writable, false);
  assert.equal(store.get(at('a')), '1');
  await assert.rejects(async () => store.commit(at('a'), set('3')), { reason: 'read_only' });
  hung = undefined;
  reply?.();
  while (!store.health().writable) await sleep(5);
  await store.commit(at('b'), set('4'));
  await store[Symbol.asyncDispose]();
  const again = await open(records);
  assert.deepEqual([again.get(at('a')), again.get(at('b'))], ['1', '4']);
  await again[Symbol.asyncDispose]();
});
