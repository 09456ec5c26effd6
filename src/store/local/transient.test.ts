import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { KvConfig } from '../../../generated/config.js';
import { createLogger } from '../../observability/logger.js';
import type { GuardedWrite } from '../port.js';
import { Recorder } from '../testing/recorder.js';
import { at, commit, GROUP, json, remove, set } from '../testing/writing.js';
import { openFileJournal } from './file-journal.js';
import { LocalStore } from './local-store.js';

const logger = createLogger({ level: 'silent', format: 'json' });
const MEMORY = { stream: 'memory', group: 'room' };

async function opened(t: { after(fn: () => Promise<void>): void }) {
  const directory = await mkdtemp(path.join(tmpdir(), 'iii-stream-'));
  t.after(() => rm(directory, { recursive: true }));
  const config: KvConfig = {
    store_method: 'file_based',
    durability: 'always',
    save_interval_ms: 1000,
    max_queued_bytes: 1 << 26,
    tombstones: { max_per_group: 2, max_age_ms: 86_400_000 },
    file_path: directory,
  };
  const options = { tombstones: { maxPerGroup: 2, maxAgeMs: 86_400_000 }, maxQueuedBytes: 1 << 26 };
  const open = async (isTransient = (stream: string): boolean => stream === 'memory') => {
    const store = await LocalStore.open(
      { ...options, isTransient },
      await openFileJournal(config, { logger }),
    );
    const recorder = new Recorder();
    store.listen(recorder);
    return { store, recorder };
  };
  const written = async () => {
    const files = (await readdir(directory)).filter((name) => name.endsWith('.log'));
    return Promise.all(files.map((name) => readFile(path.join(directory, name), 'latin1'))).then(String);
  };
  return { open, written };
}

test('a stream that is not persisted is written at once, told as others are, and never to disk', async (t) => {
  const { open, written } = await opened(t);
  const { store, recorder } = await open();
  const removal = store.commit(at('a', MEMORY), { kind: 'set', value: json('"secret"') });
  assert.equal('change' in removal, true, 'it waits for nothing');
  await set(store, 'b', '"durable"');
  const write = { item: 't', mutation: { kind: 'set', value: json('"secret"'), guard: {} } } as GuardedWrite;
  await store.transact!(MEMORY, [write]);
  for (let n = 0; n < 5; n += 1) {
    await set(store, `i${n}`, '"secret"', MEMORY);
    await remove(store, `i${n}`, MEMORY);
  }
  const life = { ttlMs: 30 };
  await commit(store, at('ttl', MEMORY), { kind: 'set', value: json('"secret"'), life });
  await recorder.until(() => recorder.commits.at(-1)?.reason === 'expired', 'the end of its time');
  const { epoch, seq } = await store.snapshot(MEMORY);
  assert.equal(seq, 14);
  const times = recorder.commits
    .filter(({ stream }) => stream === 'memory')
    .map(({ timestamp }) => timestamp);
  assert.deepEqual(
    times,
    [...new Set(times)].sort((a, b) => a - b),
  );
  await store[Symbol.asyncDispose]();
  const text = await written();
  assert.equal(text.includes('durable'), true);
  assert.equal(/secret|memory/.test(text), false);
  const again = (await open()).store;
  assert.equal(await again.get(at('b')), '"durable"');
  assert.deepEqual(await again.listAll(), [{ id: 'chat', groups: ['room'] }]);
  for (let n = 0; n < 20; n += 1) await set(again, 'a', `${n}`, MEMORY);
  const since = await again.changesSince(MEMORY, { epoch, seq });
  assert.equal(since.kind, 'reset');
  await again[Symbol.asyncDispose]();
});

test('what is on disk already stays there, and a snapshot of the log has no transient group', async (t) => {
  const { open, written } = await opened(t);
  const first = (await open(() => false)).store;
  await set(first, 'kept', '1', MEMORY);
  await first[Symbol.asyncDispose]();
  const { store } = await open();
  await set(store, 'kept', '2', MEMORY);
  await set(store, 'a', '"secret"', { ...MEMORY, group: 'other' });
  await store[Symbol.asyncDispose]();
  const { store: last } = await open();
  assert.equal(await last.get(at('kept', MEMORY)), '2');
  assert.deepEqual(await last.listGroups('memory'), ['room']);
  await set(last, 'b', '1');
  assert.equal((await last.snapshot(GROUP)).items.length, 1);
  await last[Symbol.asyncDispose]();
  assert.equal((await written()).includes('secret'), false);
});
