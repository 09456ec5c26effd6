import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FRAME_HEADER_BYTES, PAGE_BYTES } from './format.js';
import { type LogFs, nodeFs } from './fs.js';
import { errno, MemoryFs } from './testing/memory-fs.js';
import { contentOf } from './testing/model.js';
import { openTest, reopen, temporaryDirectory } from './testing/open.js';
import type { TestLog } from './testing/test-log.js';

const SEGMENT_BYTES = 20_000;

/** Overwrites a few keys until the log was compacted `count` times more. */
async function churn(log: TestLog, count: number): Promise<void> {
  const until = log.stats().compactions + count;
  for (let n = 0; log.stats().compactions < until; n += 1) {
    await log.set(`key-${n % 5}`, `${n} ${'v'.repeat(700)}`);
    if (n % 5 === 0) await nextTurn();
  }
}

const named = (fs: MemoryFs, part: string) =>
  [...fs.files()].filter(([name]) => name.includes(part)).map(([name, data]) => ({ name, data }));

/** Stops in a segment that is written over another, with room behind its last frame. */
async function writtenOver(fs: MemoryFs): Promise<TestLog> {
  const log = await openTest({ fs, segmentBytes: SEGMENT_BYTES });
  let over = 0;
  fs.hook = ({ name, file }) => {
    if (name === 'rename' && file.startsWith('spare')) over += 1;
    return undefined;
  };
  await churn(log, 3);
  for (const before = over; over === before; ) await churn(log, 1);
  await log.set('last', 'x');
  return log;
}

const openSegment = (fs: MemoryFs): { name: string; data: Buffer } => named(fs, 'segment').at(-1)!;

test('a new segment takes the place of one that nobody needs, and is cut to its length when it is closed', async () => {
  const fs = new MemoryFs();
  const log = await writtenOver(fs);
  const { data } = openSegment(fs);
  const files = [...fs.files()].filter(([name]) => !name.endsWith('LOCK'));
  assert.equal(
    log.stats().diskBytes,
    files.reduce((sum, [, { length }]) => sum + length, 0),
  );
  const content = contentOf(log.entries());
  await log.close();
  const closed = openSegment(fs).data;
  assert.ok(closed.length < data.length, `${data.length} bytes, then ${closed.length}`);
  assert.equal(named(fs, 'spare').length, 0);
  const { log: again, reports } = await reopen(fs);
  assert.deepEqual(reports, []);
  assert.equal(contentOf(again.entries()), content);
  await again.close();
});

test('a write over old content reaches to the end of a page', async () => {
  const fs = new MemoryFs();
  const ends: number[] = [];
  const log = await openTest({
    segmentBytes: SEGMENT_BYTES,
    fs: {
      ...bound(fs),
      open: async (name, flags) => {
        const file = await fs.open(name, flags);
        const isOver = flags === 'r+';
        const write = file.write.bind(file);
        file.write = (buffer, offset, length, position) => {
          if (isOver) ends.push(position + length);
          return write(buffer, offset, length, position);
        };
        return file;
      },
    },
  });
  await churn(log, 6);
  await log.close();
  const inside = ends.filter((end) => end < SEGMENT_BYTES - PAGE_BYTES);
  assert.ok(inside.length > 20, `${inside.length} writes`);
  assert.deepEqual(
    inside.filter((end) => end % PAGE_BYTES !== 0),
    [],
  );
});

test('after a kill the old content behind the last frame is no torn tail; a frame that was cut off is one', async () => {
  const fs = new MemoryFs();
  const log = await writtenOver(fs);
  const content = contentOf(log.entries());
  const { name, data } = openSegment(fs);
  const { log: again, reports } = await reopen(fs.clone());
  assert.equal(contentOf(again.entries()), content);
  assert.deepEqual(reports, []);
  await again.close();

  const image = fs.clone();
  const torn = Buffer.from(data);
  const last = torn.lastIndexOf('x');
  torn[last] = 0x79;
  image.put(name, torn);
  const { log: cut, reports: told } = await reopen(image);
  assert.equal(await cut.get('last'), undefined);
  assert.deepEqual(
    told.map((report) => report.kind === 'torn_tail' && report.offset + report.bytes),
    [torn.length],
  );
  await cut.close();
  await log.close();
});

test('damage before old content is still damage', async () => {
  const fs = new MemoryFs();
  const log = await writtenOver(fs);
  await log.set('last', 'y');
  const { name, data } = openSegment(fs);
  const damaged = Buffer.from(data);
  const before = damaged.lastIndexOf('x', damaged.lastIndexOf('y') - FRAME_HEADER_BYTES);
  damaged[before] = 0x79;
  fs.hook = undefined;
  const image = fs.clone();
  image.put(name, damaged);
  await assert.rejects(reopen(image), { code: 'store_corrupt' });
  await log.close();
});

test('a file that a backup has linked is not written over', async (t) => {
  const root = await temporaryDirectory(t);
  const live = path.join(root, 'live');
  const renamed: string[] = [];
  const fs: LogFs = {
    ...nodeFs,
    rename: (from, to) => {
      if (path.basename(from).startsWith('spare')) renamed.push(path.basename(from));
      return nodeFs.rename(from, to);
    },
  };
  const log = await openTest({ directory: live, fs, segmentBytes: SEGMENT_BYTES });
  for (let n = 0; n < 60; n += 1) await log.set(`key-${n}`, 'v'.repeat(700));
  const copy = path.join(root, 'copy');
  await log.backup(copy);
  const content = contentOf(log.entries());
  const { nlink } = await stat(path.join(copy, 'segment-0000000001.log'));
  assert.equal(nlink, 2);
  await churn(log, 6);
  await log.close();
  assert.ok(renamed.length > 0 && !renamed.includes('spare-0000000001.log'), renamed.join());
  const restored = await openTest({ directory: copy, fs: nodeFs });
  assert.equal(contentOf(restored.entries()), content);
  await restored.close();
});

test('a spare that somebody took away is not missed', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs, segmentBytes: SEGMENT_BYTES });
  await churn(log, 2);
  const spares = named(fs, 'spare');
  assert.equal(spares.length, 1);
  for (const { name } of spares) fs.remove(name);
  await churn(log, 2);
  assert.equal(log.health().writable, true);
  await log.close();
});

test('what an earlier process kept goes at the start', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs, segmentBytes: SEGMENT_BYTES });
  await churn(log, 2);
  const image = fs.clone();
  await log.close();
  assert.equal(named(image, 'spare').length, 1);
  const { log: again, reports } = await reopen(image);
  assert.equal(named(image, 'spare').length, 0);
  assert.deepEqual(reports, []);
  await again.close();
});

test('spares take no more than the snapshot, and a compaction that fails gives them free', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs, segmentBytes: SEGMENT_BYTES });
  // Several segments' worth that is alive.
  const overwrite = async (n: number) => {
    await log.set(`key-${n % 200}`, `${n} ${'v'.repeat(700)}`);
    await nextTurn();
  };
  for (let n = 0; log.stats().compactions < 2; n += 1) await overwrite(n);
  const bytes = (part: string) => named(fs, part).reduce((sum, { data }) => sum + data.length, 0);
  assert.ok(named(fs, 'spare').length > 3, `${named(fs, 'spare').length} spares`);
  assert.ok(bytes('spare') <= bytes('snapshot'), `${bytes('spare')} bytes beside ${bytes('snapshot')}`);
  let failed = false;
  let spares = 0;
  fs.hook = ({ name, file }) => {
    if (name !== 'write' || !file.endsWith('.tmp')) return undefined;
    // For want of space, it may be.
    failed = true;
    spares = named(fs, 'spare').length;
    throw errno('ENOSPC');
  };
  // The next compaction finds spares again when it comes before the last ones are used.
  await log.delete(...Array.from({ length: 199 }, (_, n) => `key-${n}`));
  for (let n = 199; !failed; n += 200) await overwrite(n);
  assert.ok(spares > 0, 'spares when it failed');
  for (let turn = 0; turn < 100; turn += 1) await nextTurn();
  assert.equal(named(fs, 'spare').length, 0);
  await log.close();
});

/** The calls of a file system in memory, as an object that can be spread. */
const bound = (fs: MemoryFs): LogFs => ({
  open: (name, flags) => fs.open(name, flags),
  mkdir: () => fs.mkdir(),
  readdir: (directory) => fs.readdir(directory),
  rename: (from, to) => fs.rename(from, to),
  link: (from, to) => fs.link(from, to),
  unlink: (name) => fs.unlink(name),
  syncDirectory: (directory) => fs.syncDirectory(directory),
});
