import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KvConfig } from '../../../generated/config.js';
import type { Cursor } from '../../domain/change.js';
import { createLogger } from '../../observability/logger.js';
import { asJson } from '../../wire/json-text.js';
import { remove, set, upTo } from '../testing/writing.js';
import { openFileJournal } from './file-journal.js';
import { LocalStore } from './local-store.js';

const logger = createLogger({ level: 'silent', format: 'json' });
const group = (n: number) => ({ stream: 's', group: `g${n}` });

/** A way to open the store again, in memory: none. */
async function opener(t: TestContext, method: 'file' | 'memory', bounds: object) {
  const tombstones = { maxPerGroup: 100, maxAgeMs: 3_600_000, ...bounds };
  const options = { tombstones, maxQueuedBytes: 1 << 26 };
  if (method === 'memory') return () => LocalStore.open(options);
  const directory = await mkdtemp(join(tmpdir(), 'iii-stream-'));
  t.after(() => rm(directory, { recursive: true }));
  const config: KvConfig = {
    store_method: 'file_based',
    durability: 'always',
    save_interval_ms: 1000,
    max_queued_bytes: 1 << 26,
    tombstones: { max_per_group: 100, max_age_ms: 3_600_000 },
    file_path: directory,
  };
  return async () => LocalStore.open(options, await openFileJournal(config, { logger }));
}

/** Waits, turn by turn, until what is remembered is within the bounds. */
async function untilBounded(store: LocalStore, isBounded: (deleted: Deleted) => boolean): Promise<Deleted> {
  for (;;) {
    const deleted = store.usage().deleted!;
    if (isBounded(deleted)) return deleted;
    await nextTurn();
  }
}
type Deleted = NonNullable<ReturnType<LocalStore['usage']>['deleted']>;

for (const method of ['memory', 'file'] as const) {
  test(`${method}: what is held is counted, without what was deleted, and again after a start`, async (t) => {
    const open = await opener(t, method, {});
    let store = await open();
    const at = (group: string, item: string) => ({ stream: group[0]!, group, item });
    for (const [group, item] of ['a1', 'a2', 'b1'].flatMap((group) =>
      ['x', 'y'].map((item) => [group, item]),
    ))
      await store.commit(at(group!, item!), { kind: 'set', value: asJson('1') });
    await store.commit(at('a1', 'x'), { kind: 'set', value: asJson('2') });
    assert.deepEqual(store.usage().held, { items: 6, groups: 3 });
    for (const item of ['x', 'y']) await store.commit(at('a2', item), { kind: 'delete' });
    await store.commit(at('b1', 'y'), { kind: 'delete' });
    assert.deepEqual(store.usage().held, { items: 3, groups: 2 });
    if (method === 'file') {
      await store[Symbol.asyncDispose]();
      store = await open();
      assert.deepEqual(store.usage().held, { items: 3, groups: 2 });
    }
    await store[Symbol.asyncDispose]();
  });
}

for (const method of ['memory', 'file'] as const) {
  test(`${method}: emptied groups are bounded, the oldest go first, and who comes back to one gets a sync`, {
    timeout: 20_000,
  }, async (t) => {
    const open = await opener(t, method, { maxEmptyGroups: 8 });
    let store = await open();
    const cursors: Cursor[] = [];
    await set(store, 'a', '1', group(0));
    for (const n of upTo(40)) {
      await set(store, 'a', '1', group(n));
      cursors[n] = store.snapshot(group(n));
      await remove(store, 'a', group(n));
    }
    await untilBounded(store, ({ emptyGroups }) => emptyGroups <= 9);
    assert.deepEqual(store.listGroups('s'), ['g0']);
    const told = (n: number) => {
      const since = store.changesSince(group(n), cursors[n]!);
      return since.kind === 'reset' ? since.reason : since.changes.map(({ kind }) => kind);
    };
    assert.equal(told(1), 'epoch');
    assert.deepEqual(told(40), ['delete']);
    await set(store, 'a', '2', group(1));
    assert.equal(told(1), 'epoch');
    assert.deepEqual(store.listGroups('s'), ['g0', 'g1']);
    if (method === 'file') {
      await store[Symbol.asyncDispose]();
      store = await open();
      assert.equal(told(1), 'epoch');
      assert.equal(told(2), 'epoch');
      assert.deepEqual(told(40), ['delete']);
      assert.equal(store.usage().deleted!.emptyGroups <= 9, true);
      assert.deepEqual(store.listGroups('s'), ['g0', 'g1']);
    }
    await store[Symbol.asyncDispose]();
  });

  test(`${method}: tombstones of all groups together are bounded, and horizons move`, {
    timeout: 20_000,
  }, async (t) => {
    const open = await opener(t, method, { maxTotal: 16 });
    const store = await open();
    const cursors: Cursor[] = [];
    for (const n of upTo(20)) {
      await set(store, 'kept', '1', group(n));
      for (const item of ['a', 'b']) await set(store, item, '1', group(n));
      cursors[n] = store.snapshot(group(n));
      for (const item of ['a', 'b']) await remove(store, item, group(n));
    }
    const { tombstones, bytes } = await untilBounded(store, (deleted) => deleted.tombstones <= 18);
    assert.equal(bytes >= 200 * tombstones && bytes < 250 * tombstones, true);
    const first = store.changesSince(group(1), cursors[1]!);
    assert.equal(first.kind === 'reset' && first.reason, 'horizon');
    assert.equal(store.changesSince(group(20), cursors[20]!).kind, 'changes');
    assert.equal(store.listGroups('s').length, 20);
    for (const n of upTo(20)) await set(store, 'a', '2', group(n));
    await untilBounded(store, (deleted) => deleted.tombstones <= 10);
    await store[Symbol.asyncDispose]();
  });
}
