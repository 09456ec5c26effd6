import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { KvConfig } from '../../../generated/config.js';
import type { UpdateOp } from '../../../generated/functions.js';
import { jsonOf } from '../../domain/json-text.js';
import { createLogger } from '../../observability/logger.js';
import { MemoryFs } from '../log/testing/memory-fs.js';
import { DIRECTORY } from '../log/testing/open.js';
import { updating } from '../testing/updating.js';
import { openFileJournal } from './file-journal.js';
import { LocalStore } from './local-store.js';

// What ops in a log mean is part of its format. Written once by the first release of version 2, and never again;
// until then by `GOLDEN=write node --import tsx --test src/store/local/golden-ops.test.ts`.
const GOLDEN = fileURLToPath(new URL('golden/v2', import.meta.url));

const CONFIG: KvConfig = {
  store_method: 'file_based',
  file_path: DIRECTORY,
  durability: 'always',
  save_interval_ms: 1000,
  max_queued_bytes: 1 << 26,
  tombstones: { max_per_group: 4, max_age_ms: 86_400_000 },
};
const GROUP = { stream: 's', group: 'clé' };
const LONG = 'x'.repeat(600);

async function open(fs: MemoryFs): Promise<LocalStore> {
  const logger = createLogger({ level: 'silent', format: 'json' });
  const journal = await openFileJournal(CONFIG, { logger, fs, segmentBytes: 1 << 20 });
  return LocalStore.open(
    { tombstones: { maxPerGroup: 4, maxAgeMs: 86_400_000 }, maxQueuedBytes: 1 << 26 },
    journal,
  );
}

/** Every op, in every place, in records of ops. */
async function write(fs: MemoryFs): Promise<void> {
  const store = await open(fs);
  const a = { ...GROUP, item: 'a' };
  await store.commit(a, { kind: 'set', value: jsonOf({ text: LONG, list: ['é'], n: 1, gone: true }) });
  const update = (...ops: readonly UpdateOp[]) => store.commit(a, updating(...ops));
  await update({ type: 'append', path: 'text', value: ' first' });
  for (let i = 0; i < 3; i++) await update({ type: 'append', path: 'text', value: ` "${i}"\n→` });
  await update(
    { type: 'append', path: 'list', value: { deep: [Number.MAX_SAFE_INTEGER] } },
    { type: 'append', path: 'list', value: 'z' },
  );
  await update({ type: 'increment', path: 'n', by: 41 }, { type: 'decrement', path: 'm', by: 3 });
  await update({ type: 'set', path: ['new', 'a.b'], value: null }, { type: 'remove', path: 'gone' });
  await update(
    { type: 'merge', path: ['new'], value: { c: { d: 1 } } },
    { type: 'merge', path: '', value: { top: 1 } },
  );
  const b = { ...GROUP, item: 'b' };
  await store.commit(b, { kind: 'set', value: jsonOf(LONG) });
  for (const value of ['1', '2', '3']) await store.commit(b, updating({ type: 'append', path: '', value }));
  await store[Symbol.asyncDispose]();
}

const EXPECTED = [
  {
    id: 'a',
    rev: 9,
    value: {
      text: `${LONG} first "0"\n→ "1"\n→ "2"\n→`,
      list: ['é', { deep: [Number.MAX_SAFE_INTEGER] }, 'z'],
      n: 42,
      m: -3,
      new: { 'a.b': null, c: { d: 1 } },
      top: 1,
    },
  },
  { id: 'b', rev: 13, value: `${LONG}123` },
];

test('ops that version 2 logged mean what they meant', async () => {
  if (process.env.GOLDEN === 'write') {
    const fs = new MemoryFs();
    await write(fs);
    fs.remove(`${DIRECTORY}/LOCK`);
    await mkdir(GOLDEN, { recursive: true });
    for (const [name, data] of fs.files()) await writeFile(path.join(GOLDEN, path.basename(name)), data);
  }
  const fs = new MemoryFs();
  let bytes = 0;
  for (const name of await readdir(GOLDEN)) {
    const data = await readFile(path.join(GOLDEN, name));
    bytes += data.length;
    fs.put(`${DIRECTORY}/${name}`, data);
  }
  assert.ok(bytes < 5_000, `${bytes} bytes: its updates are records of ops`);
  await using store = await open(fs);
  const items = store
    .snapshot(GROUP)
    .items.map(({ id, rev, value }) => ({ id, rev, value: JSON.parse(value) }));
  assert.deepEqual(items, EXPECTED);
});
