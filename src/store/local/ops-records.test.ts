import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KvConfig } from '../../../generated/config.js';
import { LocalError } from '../../domain/errors.js';
import { jsonOf } from '../../domain/json-text.js';
import { createLogger } from '../../observability/logger.js';
import { MemoryFs } from '../log/testing/memory-fs.js';
import { DIRECTORY } from '../log/testing/open.js';
import { updating } from '../testing/updating.js';
import { openFileJournal } from './file-journal.js';
import { LocalStore } from './local-store.js';

const CONFIG: KvConfig = {
  store_method: 'file_based',
  file_path: DIRECTORY,
  durability: 'always',
  save_interval_ms: 1000,
  max_queued_bytes: 1 << 26,
  tombstones: { max_per_group: 4, max_age_ms: 86_400_000 },
};
const AT = { stream: 's', group: 'g', item: 'm' };
const logger = createLogger({ level: 'silent', format: 'json' });
const SEGMENT = `${DIRECTORY}/segment-0000000001.log`;

async function open(fs: MemoryFs, options: { repair?: boolean; segmentBytes?: number } = {}) {
  fs.remove(`${DIRECTORY}/LOCK`);
  const journal = await openFileJournal(CONFIG, { logger, fs, segmentBytes: 1 << 24, ...options });
  return LocalStore.open(
    { tombstones: { maxPerGroup: 4, maxAgeMs: 86_400_000 }, maxQueuedBytes: 1 << 26 },
    journal,
  );
}

const token = (n: number) => updating({ type: 'append', path: 'text', value: ` tok${n}` });
const start = (store: LocalStore) =>
  store.commit(AT, { kind: 'set', value: jsonOf({ text: 'x'.repeat(50_000), n: 0 }) });

test('a token takes its own bytes in the log, and one record in 64 is whole', async () => {
  const fs = new MemoryFs();
  const store = await open(fs);
  await start(store);
  const before = fs.files().get(SEGMENT)!.length;
  for (let n = 0; n < 640; n++) await store.commit(AT, token(n));
  const bytes = fs.files().get(SEGMENT)!.length - before;
  // The first one after a start is whole too, and so is each 64th.
  assert.ok(bytes > 10 * 50_000 && bytes < 12 * 54_000 + 640 * 200, `${bytes}`);
  const item = store.get(AT);
  const { items } = store.snapshot(AT);
  await store[Symbol.asyncDispose]();
  const again = await open(fs);
  assert.equal(again.get(AT), item);
  assert.deepEqual(
    again.snapshot(AT).items.map(({ timestamp, ...rest }) => rest),
    items.map(({ timestamp, ...rest }) => rest),
  );
  await again[Symbol.asyncDispose]();
});

test('ops of every kind, keys and failures come back as they were', async () => {
  const fs = new MemoryFs();
  const store = await open(fs);
  await start(store);
  for (let n = 0; n < 30; n++) {
    await store.commit(AT, token(n));
    await store.commit(AT, {
      ...updating(
        { type: 'increment', path: 'n', by: n },
        { type: 'increment', path: 'text', by: 1 },
        { type: 'merge', path: ['deep', `k${n}`], value: { '\u2028': 'x' } },
      ),
      guard: { condition: undefined, key: { token: `key${n}`, windowMs: 60_000 } },
    });
    if (n % 3 === 0) await store.commit(AT, updating({ type: 'remove', path: ['deep', `k${n}`] }));
  }
  const standing = store.get(AT);
  const rev = store.snapshot(AT).items[0]!.rev;
  await store[Symbol.asyncDispose]();
  const again = await open(fs);
  assert.deepEqual(JSON.parse(again.get(AT)!), JSON.parse(standing!));
  assert.equal(again.snapshot(AT).items[0]!.rev, rev);
  await again[Symbol.asyncDispose]();
});

test('a change whose base is missing is damage; a repair keeps the last whole value', async () => {
  const fs = new MemoryFs();
  const store = await open(fs);
  await start(store);
  for (let n = 0; n < 20; n++) await store.commit(AT, token(n));
  await store[Symbol.asyncDispose]();
  const data = fs.files().get(SEGMENT)!;
  // The token in the middle: its record's checksum does not hold any more.
  data[data.indexOf(' tok11')] = 0x21;
  fs.put(SEGMENT, data);
  await assert.rejects(open(fs), (error) => error instanceof LocalError && error.code === 'store_corrupt');
  const repaired = await open(fs, { repair: true });
  const { text } = JSON.parse(repaired.get(AT)!) as { text: string };
  assert.ok(text.endsWith(' tok10'), text.slice(-20));
  await repaired[Symbol.asyncDispose]();
});

test('a snapshot that is ahead of its segment, and lacks what that patches, is none', async () => {
  const fs = new MemoryFs();
  const store = await open(fs, { segmentBytes: 60_000 });
  for (let round = 0; round < 6; round++) {
    await start(store);
    for (let n = 0; n < 40; n++) await store.commit(AT, token(n));
    const image = fs.clone();
    const copy = await open(image, { segmentBytes: 60_000 });
    assert.equal(copy.get(AT), store.get(AT));
    await copy[Symbol.asyncDispose]();
    await store.commit(AT, { kind: 'delete' });
  }
  assert.ok([...fs.files().keys()].some((name) => name.includes('snapshot')));
  await store[Symbol.asyncDispose]();
});
