import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KvConfig } from '../../../generated/config.js';
import type { JsonText } from '../../../generated/json-text.js';
import { asJson } from '../../domain/json-text.js';
import { createLogger } from '../../observability/logger.js';
import { MemoryFs } from '../log/testing/memory-fs.js';
import { randomFrom } from '../log/testing/model.js';
import { DIRECTORY, openTest } from '../log/testing/open.js';
import type { Mutation } from '../port.js';
import { updating } from '../testing/updating.js';
import { openFileJournal } from './file-journal.js';
import { type LocalOptions, LocalStore } from './local-store.js';
import type { LogIndex } from './log-index.js';
import { STORE_KEY } from './records.js';

const CONFIG: KvConfig = {
  store_method: 'file_based',
  file_path: DIRECTORY,
  durability: 'always',
  save_interval_ms: 1000,
  max_queued_bytes: 1 << 26,
  tombstones: { max_per_group: 4, max_age_ms: 86_400_000 },
};
const OPTIONS: LocalOptions = {
  tombstones: { maxPerGroup: 4, maxAgeMs: 86_400_000 },
  maxQueuedBytes: 1 << 26,
};
const SEGMENT_BYTES = 6_000;
const logger = createLogger({ level: 'silent', format: 'json' });
const at = (item: string, group = 'g') => ({ stream: 's', group, item });
const set = (text: string) => ({ kind: 'set', value: asJson(JSON.stringify(text)) }) as const;

const openIndexed = async (fs: MemoryFs, options = OPTIONS) => {
  fs.remove(`${DIRECTORY}/LOCK`);
  const journal = await openFileJournal(CONFIG, { logger, fs, segmentBytes: SEGMENT_BYTES });
  return { store: await LocalStore.open(options, journal), index: journal.index as LogIndex };
};

/** Long values are mostly appended to, so that their records are of ops. */
function change(n: number, chance: () => number, current: string | undefined): Mutation {
  const isLong = (current?.length ?? 0) > 512;
  if (isLong && chance() < 0.8) return updating({ type: 'append', path: '', value: ` ${n}"\n` });
  if (chance() < 0.4) return { kind: 'delete' };
  return set(`${n} ${'v'.repeat(chance() * 99 + (chance() < 0.3 ? 600 : 0))}`);
}

const valueAfter = (mutation: Mutation, current: JsonText | undefined): string | undefined =>
  mutation.kind === 'set' ? mutation.value : mutation.kind === 'update' ? mutation.apply(current) : undefined;

/** The log's records, by the index and as a fresh read of the files shows them; without the clock's mark, which each start moves. */
const content = (index: LogIndex): string =>
  JSON.stringify([...index.stable()].filter(([key]) => key !== STORE_KEY).sort());

test('every answer survives a power cut at any moment, while space is reclaimed and horizons move', async () => {
  for (const seed of [1, 2, 3]) {
    const chance = randomFrom(seed);
    const fs = new MemoryFs();
    const { store, index } = await openIndexed(fs);
    fs.hook = async ({ name }) => {
      for (let turns = name === 'write' || name === 'datasync' ? chance() * 3 : 0; turns > 1; turns -= 1)
        await nextTurn();
      return undefined;
    };
    /** What each item may be: as answered last, or as the change on its way makes it. */
    const possible = new Map<string, (string | undefined)[]>();
    const seqs = new Map<string, number>();
    const images: { fs: MemoryFs; possible: typeof possible; seqs: typeof seqs }[] = [];
    const writer = async (name: number): Promise<void> => {
      for (let n = 0; n < 250; n += 1) {
        const address = at(`${name}-${Math.floor(chance() * 4)}`, `g${Math.floor(chance() * 3)}`);
        const key = `${address.group}/${address.item}`;
        const mutation = change(n, chance, store.get(address));
        const after = mutation.kind === 'delete' ? undefined : valueAfter(mutation, store.get(address));
        possible.set(key, [possible.get(key)?.[0], after]);
        const { change: made } = await store.commit(address, mutation);
        possible.set(key, [after]);
        if (made !== undefined) seqs.set(address.group, Math.max(made.seq, seqs.get(address.group) ?? 0));
        if (chance() < 0.02)
          images.push({ fs: fs.afterPowerCut(chance), possible: new Map(possible), seqs: new Map(seqs) });
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, name) => writer(name)));
    const snapshots = [...fs.files().keys()].filter((name) => name.includes('snapshot'));
    assert.ok(snapshots.length > 0 && images.length > 10);
    for (const image of images) {
      const { store: again } = await openIndexed(image.fs);
      for (const [key, values] of image.possible) {
        const [group = '', item = ''] = key.split('/');
        const found = again.get(at(item, group));
        assert.ok(values.includes(found), `seed ${seed}: ${key} is ${found}, not ${values.join(' or ')}`);
      }
      for (const [group, seq] of image.seqs)
        assert.ok(again.snapshot({ stream: 's', group }).seq >= seq, `seed ${seed}: seq of ${group}`);
      await again[Symbol.asyncDispose]();
    }
    fs.hook = undefined;
    const before = content(index);
    const { size, liveBytes } = index;
    await store[Symbol.asyncDispose]();
    const opened = await openIndexed(fs);
    assert.equal(content(opened.index), before);
    assert.deepEqual([opened.index.size, opened.index.liveBytes], [size, liveBytes]);
    await opened.store[Symbol.asyncDispose]();
  }
});

test('a snapshot holds what was there, and goes on while the store changes it', async () => {
  const { store, index } = await openIndexed(new MemoryFs());
  for (const item of ['kept', 'changed', 'removed']) await store.commit(at(item), set('old'));
  await store.commit(at('removed'), { kind: 'delete' });
  const running = index.stable();
  const seen = new Map([running.next().value as [string, string]]);
  await store.commit(at('changed'), set('newer'));
  for (const [key, value] of running) seen.set(key, value);
  assert.deepEqual([...seen.keys()].sort(), ['i/s/g/changed', 'i/s/g/kept', 'i/s/g/removed', 'm/store']);
  assert.match(seen.get('i/s/g/kept') ?? '', /^1 1 0 \d+ "old"$/);
  assert.match(seen.get('i/s/g/changed') ?? '', /"newer"$/);
  assert.match(seen.get('i/s/g/removed') ?? '', /^4 0 0 \d+ \{"id":"removed"\}$/);
  await store[Symbol.asyncDispose]();
});

test('what is added all the time cannot keep a snapshot going', async () => {
  const { store, index } = await openIndexed(new MemoryFs());
  for (let n = 0; n < 10; n += 1) await store.commit(at(`${n}`, `g${n % 3}`), set('old'));
  let seen = 0;
  for (const _ of index.stable()) {
    seen += 1;
    assert.ok(seen <= 40, 'it goes on and on');
    await store.commit(at(`more-${seen}`, `g${seen % 3}`), set('new'));
    await store.commit(at('first', `more-${seen}`), set('new'));
  }
  assert.ok(seen >= 10);
  await store[Symbol.asyncDispose]();
});

test('a group that was forgotten is not back after a start: its next life has another epoch', async () => {
  let now = 1_000_000;
  const options = { ...OPTIONS, tombstones: { maxPerGroup: 4, maxAgeMs: 50 }, now: () => now };
  const fs = new MemoryFs();
  const { store } = await openIndexed(fs, options);
  await store.commit(at('a'), set('1'));
  await store.commit(at('a'), { kind: 'delete' });
  const before = store.snapshot({ stream: 's', group: 'g' });
  now += 1_000;
  while (store.snapshot({ stream: 's', group: 'g' }).epoch === before.epoch)
    await new Promise((done) => setTimeout(done, 5));
  const { epoch } = store.snapshot({ stream: 's', group: 'g' });
  await store[Symbol.asyncDispose]();
  const opened = await openIndexed(fs, options);
  assert.equal(opened.store.snapshot({ stream: 's', group: 'g' }).epoch, epoch);
  await opened.store.commit(at('a'), set('2'));
  assert.equal(opened.store.snapshot({ stream: 's', group: 'g' }).epoch, epoch);
  await opened.store[Symbol.asyncDispose]();
});

test('names of any kind come back, and a malformed record counts unless it was replaced', async () => {
  const fs = new MemoryFs();
  const { store, index } = await openIndexed(fs);
  const names = ['a/b', '→', '%', ' ', 'ordinary', 'x'.repeat(300)];
  for (const group of names)
    for (const item of names) await store.commit({ stream: '/', group, item }, set(`→ ${group} ${item}`));
  const before = content(index);
  await store[Symbol.asyncDispose]();
  const opened = await openIndexed(fs);
  assert.equal(content(opened.index), before);
  await opened.store[Symbol.asyncDispose]();

  const log = await openTest({ fs });
  await log.set('i/s/g/a', 'nonsense');
  await log.set('i/s/g/b', '2 2 0 1 "b"');
  await log.set('i/s/g/c', '3 3 0 1 "c"');
  await log.delete('i/s/g/c');
  await log.set('i/s/g/a', '1 1 0 1 "a"');
  await log.close();
  const good = await openIndexed(fs);
  assert.deepEqual(good.store.list({ stream: 's', group: 'g' }), ['"a"', '"b"']);
  await good.store[Symbol.asyncDispose]();
  for (const [key, value] of [
    ['i/s/g/b', '2 2 0 x "b"'],
    ['i/s/g/%', '2 2 0 1 "b"'],
    ['i/s/g', '2 2 0 1 "b"'],
    ['i/s/g/h/b', '2 2 0 1 "b"'],
    ['other', ''],
  ] as const) {
    const copy = fs.clone();
    const broken = await openTest({ fs: copy });
    await broken.set(key, value);
    await broken.close();
    await assert.rejects(openIndexed(copy), { code: 'store_corrupt' }, key);
  }
});
