import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change, GroupAddress } from '../../domain/change.js';
import type { Deferred } from '../../domain/deferred.js';
import { asJson } from '../../domain/json-text.js';
import type { Committed } from '../port.js';
import { type LocalOptions, LocalStore } from './local-store.js';
import { FakeJournal } from './testing/fake-journal.js';

const OPTIONS: LocalOptions = {
  tombstones: { maxPerGroup: 100, maxAgeMs: 3_600_000 },
  maxQueuedBytes: 1 << 20,
};
const at = (item: string, group = 'g') => ({ stream: 's', group, item });
const set = (value: string) => ({ kind: 'set', value: asJson(value) }) as const;

/** Everything a restart must bring back. */
const state = (store: LocalStore, group: GroupAddress = { stream: 's', group: 'g' }) => ({
  // Each has a timestamp of its own.
  snapshot: { ...store.snapshot(group), timestamp: 0 },
  since: { ...store.changesSince(group, { epoch: store.snapshot(group).epoch, seq: 0 }), timestamp: 0 },
});

test('everything asked while a write runs is one batch, and answers in order', async () => {
  const journal = new FakeJournal();
  const store = await LocalStore.open(OPTIONS, journal);
  journal.batches.length = 0;
  const order: number[] = [];
  store.listen({ change: (c) => order.push(c.seq), event() {}, committed() {}, gap() {} });
  const answers = Array.from({ length: 100 }, (_, i) => store.commit(at(`i${i % 7}`), set(String(i))));
  assert.equal(store.get(at('i1')), '99', 'a read sees what was asked before it');
  assert.equal(store.snapshot({ stream: 's', group: 'g' }).seq, 0, 'a snapshot holds what is durable');
  await Promise.all(answers);
  assert.deepEqual(journal.batches, [100]);
  assert.deepEqual(
    order,
    Array.from({ length: 100 }, (_, i) => i + 1),
  );
  await store[Symbol.asyncDispose]();
  assert.ok(journal.closed);
});

test('a failed batch takes back everything that stood on it, and the store goes on', async () => {
  const journal = new FakeJournal();
  const store = await LocalStore.open(OPTIONS, journal);
  const changes: Change[] = [];
  store.listen({ change: (c) => changes.push(c), event() {}, committed() {}, gap() {} });
  await store.commit(at('a'), set('1'));
  await store.commit(at('b'), set('2'));
  journal.failing = true;
  const doomed = [
    store.commit(at('a'), set('3')),
    store.commit(at('b'), { kind: 'delete' }),
    store.commit(at('c', 'new'), set('4')),
  ];
  assert.equal(store.get(at('a')), '3');
  for (const result of await Promise.allSettled(doomed as Promise<Committed>[])) {
    assert.equal(result.status, 'rejected');
    assert.match(String((result as PromiseRejectedResult).reason), /no space left/);
  }
  assert.equal(store.get(at('a')), '1');
  assert.deepEqual(store.list({ stream: 's', group: 'g' }), ['1', '2']);
  assert.deepEqual(store.listAll(), [{ id: 's', groups: ['g'] }]);
  journal.failing = false;
  await store.commit(at('b'), set('5'));
  assert.deepEqual(
    changes.map((change) => change.seq),
    [1, 2, 3],
    'a seq that failed is used again',
  );
  const reopened = await LocalStore.open(OPTIONS, new FakeJournal(journal.records));
  assert.deepEqual(state(reopened), state(store));
  await store[Symbol.asyncDispose]();
  await reopened[Symbol.asyncDispose]();
});

test('who hears that a write failed may write again at once, on what is left of its batch', async () => {
  const journal = new FakeJournal();
  const store = await LocalStore.open(OPTIONS, journal);
  const changes: Change[] = [];
  store.listen({ change: (c) => changes.push(c), event() {}, committed() {}, gap() {} });
  journal.failing = true;
  const first = store.commit(at('a'), set('1')) as Deferred<Committed>;
  const second = store.commit(at('a'), set('2')) as Deferred<Committed>;
  const again = new Promise<Committed>((resolve, reject) => {
    first.take(reject, () => {
      journal.failing = false;
      resolve(store.commit(at('a'), set('3')));
    });
  });
  await assert.rejects(async () => second, /no space left/);
  assert.equal(store.get(at('a')), '3', 'the second answer takes nothing back');
  assert.equal((await again).change?.seq, 1);
  assert.deepEqual(
    changes.map(({ seq, kind, value }) => [seq, kind, value]),
    [[1, 'create', '3']],
  );
  assert.equal(store.snapshot({ stream: 's', group: 'g' }).seq, 1);
  await store[Symbol.asyncDispose]();
});

test('a custom event keeps its place between changes that wait for the disk', async () => {
  const store = await LocalStore.open(OPTIONS, new FakeJournal());
  const seen: [string, number][] = [];
  store.listen({
    change: (c) => seen.push(['change', c.timestamp]),
    event: (e) => seen.push(['event', e.timestamp]),
    committed() {},
    gap() {},
  });
  const first = store.commit(at('a'), set('1'));
  const event = store.publish({ stream: 's', group: 'g', item: undefined, type: 't', data: asJson('0') });
  const second = store.commit(at('a'), set('2'));
  await Promise.all([first, event, second]);
  assert.deepEqual(
    seen.map(([kind]) => kind),
    ['change', 'event', 'change'],
  );
  const times = seen.map(([, timestamp]) => timestamp);
  assert.deepEqual(
    times,
    [...new Set(times)].sort((a, b) => a - b),
    'timestamps strictly increase',
  );
  await store[Symbol.asyncDispose]();
});

test('tombstones go beyond the count, with the horizon, also across a restart', async () => {
  const journal = new FakeJournal();
  const options = { ...OPTIONS, tombstones: { maxPerGroup: 4, maxAgeMs: 3_600_000 } };
  const store = await LocalStore.open(options, journal);
  for (let i = 0; i < 20; i++) {
    await store.commit(at(`i${i}`), set('{}'));
    await store.commit(at(`i${i}`), { kind: 'delete' });
  }
  await store.commit(at('last'), set('1'));
  const { epoch } = store.snapshot({ stream: 's', group: 'g' });
  for (const one of [store, await LocalStore.open(options, new FakeJournal(journal.records))]) {
    assert.equal(one.changesSince({ stream: 's', group: 'g' }, { epoch, seq: 2 }).kind, 'reset');
    const since = one.changesSince({ stream: 's', group: 'g' }, { epoch, seq: 38 });
    assert.equal(since.kind, 'changes');
    assert.equal(one.snapshot({ stream: 's', group: 'g' }).seq, 41);
    await one[Symbol.asyncDispose]();
  }
  assert.ok([...journal.records.keys()].length < 12, 'removed tombstones leave the backend');
});

test('a horizon that could not be written moves nothing in memory either', async () => {
  const journal = new FakeJournal();
  const store = await LocalStore.open(
    { ...OPTIONS, tombstones: { maxPerGroup: 1, maxAgeMs: 3_600_000 } },
    journal,
  );
  await store.commit(at('a'), set('1'));
  await store.commit(at('b'), set('1'));
  await store.commit(at('a'), { kind: 'delete' });
  const cursor = { ...store.snapshot({ stream: 's', group: 'g' }), seq: 2 };
  const resumed = () => store.changesSince({ stream: 's', group: 'g' }, cursor).kind;
  // Its commit queues the horizon's.
  const second = store.commit(at('b'), { kind: 'delete' }) as Promise<Committed>;
  await second;
  journal.failing = true;
  assert.equal(resumed(), 'changes');
  await assert.rejects(async () => store.commit(at('c'), set('1')));
  assert.equal(resumed(), 'changes');
  journal.failing = false;
  await store.commit(at('d'), set('1'));
  await store.commit(at('d'), { kind: 'delete' });
  while (resumed() === 'changes') await store.commit(at('e'), set('1'));
  assert.ok(journal.records.has('h/s/g'));
  await store[Symbol.asyncDispose]();
});

test('an empty group whose history is gone is forgotten, and its next life has another epoch', async () => {
  const journal = new FakeJournal();
  let now = 1_000_000;
  const options = { ...OPTIONS, tombstones: { maxPerGroup: 100, maxAgeMs: 50 }, now: () => now };
  const store = await LocalStore.open(options, journal);
  await store.commit(at('a'), set('1'));
  await store.commit(at('a'), { kind: 'delete' });
  const before = store.snapshot({ stream: 's', group: 'g' });
  now += 1_000;
  // Housekeeping comes by on its own; the group is gone when its epoch is another.
  while (store.snapshot({ stream: 's', group: 'g' }).epoch === before.epoch)
    await new Promise((done) => setTimeout(done, 5));
  await store.commit(at('a'), set('2'));
  const since = store.changesSince({ stream: 's', group: 'g' }, before);
  assert.equal(since.kind === 'reset' && since.reason, 'epoch');
  const reopened = await LocalStore.open(options, new FakeJournal(journal.records));
  assert.deepEqual(state(reopened), state(store));
  await store[Symbol.asyncDispose]();
  await reopened[Symbol.asyncDispose]();
});

test('the queue of waiting writes is bounded', async () => {
  const store = await LocalStore.open({ ...OPTIONS, maxQueuedBytes: 1_000 }, new FakeJournal());
  const big = set(JSON.stringify('x'.repeat(600)));
  const first = store.commit(at('a'), big);
  await assert.rejects(async () => store.commit(at('b'), big), {
    reason: 'overloaded',
    message: /max_queued_bytes/,
  });
  await first;
  await store.commit(at('b'), big);
  assert.equal(store.list({ stream: 's', group: 'g' }).length, 2);
  await store[Symbol.asyncDispose]();
});

test('a record that is none of ours stops the start', async () => {
  const journal = new FakeJournal(new Map([['i/s/g/a', 'nonsense']]));
  await assert.rejects(LocalStore.open(OPTIONS, journal), { code: 'store_corrupt' });
});

test('a journal that lost something begins a new epoch, groups with one of their own included', async () => {
  const options = { ...OPTIONS, tombstones: { maxPerGroup: 1, maxAgeMs: 3_600_000 } };
  const first = new FakeJournal();
  const store = await LocalStore.open(options, first);
  for (const item of ['a', 'b', 'c']) {
    await store.commit(at(item), set('1'));
    await store.commit(at(item), { kind: 'delete' });
  }
  await store.commit(at('d'), set('1'));
  await store.commit(at('a', 'other'), set('1'));
  const groups = ['g', 'other'].map((group) => ({ stream: 's', group }));
  const before = groups.map((group) => ({ ...store.snapshot(group), timestamp: 0 }));
  await store[Symbol.asyncDispose]();
  first.records.delete('m/store');
  await assert.rejects(LocalStore.open(options, new FakeJournal(first.records)), {
    code: 'store_corrupt',
  });
  const damaged = Object.assign(new FakeJournal(first.records), { incomplete: true });
  const opened = await LocalStore.open(options, damaged);
  const after = groups.map((group) => ({ ...opened.snapshot(group), timestamp: 0 }));
  for (const [n, group] of groups.entries()) {
    const cursor = before[n] as { epoch: string; seq: number };
    const since = opened.changesSince(group, cursor);
    assert.equal(since.kind === 'reset' && since.reason, 'epoch');
    assert.deepEqual(after[n]?.items, before[n]?.items);
    assert.equal(after[n]?.seq, cursor.seq);
  }
  await opened[Symbol.asyncDispose]();
  const again = await LocalStore.open(options, new FakeJournal(first.records));
  assert.deepEqual(
    groups.map((group) => ({ ...again.snapshot(group), timestamp: 0 })),
    after,
  );
  await again[Symbol.asyncDispose]();
});
