import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { KvConfig } from '../../../generated/config.js';
import { createLogger } from '../../observability/logger.js';
import { Recorder } from '../testing/recorder.js';
import { at, commit, GROUP, json } from '../testing/writing.js';
import { openFileJournal } from './file-journal.js';
import { LocalStore } from './local-store.js';

const logger = createLogger({ level: 'silent', format: 'json' });
const HOUR = 3_600_000;
const OPTIONS = { tombstones: { maxPerGroup: 1000, maxAgeMs: 24 * HOUR }, maxQueuedBytes: 1 << 26 };

const lasting = (store: LocalStore, item: string, ttlMs: number) =>
  commit(store, at(item), { kind: 'set', value: json('1'), life: { ttlMs } });

test('what became due while the store was closed is gone before anybody can read, with a seq', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'iii-stream-'));
  t.after(() => rm(directory, { recursive: true }));
  const config: KvConfig = {
    store_method: 'file_based',
    durability: 'always',
    save_interval_ms: 1000,
    max_queued_bytes: 1 << 26,
    tombstones: { max_per_group: 1000, max_age_ms: 24 * HOUR },
    file_path: directory,
  };
  let shift = 0;
  const options = { ...OPTIONS, now: () => Date.now() + shift };
  const open = async () => LocalStore.open(options, await openFileJournal(config, { logger }));
  let store = await open();
  for (const item of ['a', 'b', 'c']) await lasting(store, item, item === 'b' ? 3 * HOUR : HOUR);
  const cursor = store.snapshot(GROUP);
  await store[Symbol.asyncDispose]();
  shift = 2 * HOUR;
  for (const round of ['the first', 'the second']) {
    store = await open();
    const since = store.changesSince(GROUP, cursor);
    assert.equal(since.kind, 'changes', round);
    const told = since.kind === 'changes' && since.changes.map(({ kind, item, seq }) => [kind, item, seq]);
    assert.deepEqual(
      told,
      [
        ['delete', 'a', 4],
        ['delete', 'c', 5],
      ],
      round,
    );
    assert.equal(store.get(at('b')), '1');
    await store[Symbol.asyncDispose]();
  }
});

test('the clock that is set forward is noticed, and one that is set back keeps an item longer', async () => {
  let now = 1_000_000;
  const store = await LocalStore.open({ ...OPTIONS, now: () => now });
  const recorder = new Recorder();
  store.listen(recorder);
  await lasting(store, 'a', HOUR);
  now -= HOUR;
  // Its timer fires at once: what it finds is not due.
  await lasting(store, 'b', 1);
  now += 3 * HOUR;
  await lasting(store, 'c', 0);
  await lasting(store, 'd', 1);
  now += HOUR;
  await recorder.until(() => recorder.commits.length === 7, 'all that is due');
  const gone = recorder.commits.slice(4).map(({ item }) => item);
  assert.deepEqual(gone.sort(), ['a', 'b', 'd']);
  await store[Symbol.asyncDispose]();
});
