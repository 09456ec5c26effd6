import assert from 'node:assert/strict';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LocalError } from '../../domain/errors.js';
import { backupLog } from './backup.js';
import { type LogFs, nodeFs } from './fs.js';
import { contentOf } from './testing/model.js';
import { openTest, temporaryDirectory } from './testing/open.js';

const SEGMENT_BYTES = 5000;
const failed = (text: RegExp) => (error: unknown) =>
  error instanceof LocalError && error.code === 'backup_failed' && text.test(error.message);

test('copies of a store that is written and compacted all the time open to a moment of it', async (t) => {
  const root = await temporaryDirectory(t);
  const log = await openTest({ directory: path.join(root, 'live'), fs: nodeFs, segmentBytes: SEGMENT_BYTES });
  let stopped = false;
  let acknowledged = 0;
  const writing = (async () => {
    for (let n = 1; !stopped; n += 1) {
      const value = `${n} ${'v'.repeat(300)}`;
      await log.setMany([
        { key: 'one', value },
        { key: 'two', value },
      ]);
      acknowledged = n;
    }
  })();
  for (let n = 0; n < 10; n += 1) {
    while (acknowledged < (n + 1) * 20) await nextTurn();
    const least = acknowledged;
    const target = path.join(root, `copy-${n}`);
    await (n % 2 === 0 ? log.backup(target) : backupLog(path.join(root, 'live'), target));
    const copy = await openTest({ directory: target, fs: nodeFs });
    const [one, two] = [copy.get('one'), copy.get('two')];
    assert.equal(one, two);
    assert.ok(Number.parseInt(String(one), 10) >= least);
    // What happens to the copy must not happen to the original.
    await copy.set('one', 'changed');
    await copy.close();
  }
  stopped = true;
  await writing;
  assert.ok(log.stats().compactions > 0);
  const content = contentOf(log.entries());
  await log.close();
  const again = await openTest({ directory: path.join(root, 'live'), fs: nodeFs });
  assert.equal(contentOf(again.entries()), content);
  await again.close();
});

test('closed files cost a backup no space', async (t) => {
  const root = await temporaryDirectory(t);
  const log = await openTest({ directory: path.join(root, 'live'), fs: nodeFs, segmentBytes: 1000 });
  for (let n = 0; n < 4; n += 1) await log.set(`${n}`, 'v'.repeat(900));
  await log.backup(path.join(root, 'copy'));
  const links = async (name: string) => (await stat(path.join(root, 'copy', name))).nlink;
  assert.equal(await links('segment-0000000001.log'), 2);
  assert.equal(await links('segment-0000000002.log'), 1, 'the last one is still written to');
  await log.close();
});

test('a listing that was taken while files went is taken again', async (t) => {
  const root = await temporaryDirectory(t);
  const live = path.join(root, 'live');
  const log = await openTest({ directory: live, fs: nodeFs, segmentBytes: 1000 });
  for (let n = 0; n < 4; n += 1) await log.set(`${n}`, 'v'.repeat(900));
  let listings = 0;
  const fs: LogFs = {
    ...nodeFs,
    async readdir(directory) {
      const names = await nodeFs.readdir(directory);
      if (directory !== live) return names;
      listings += 1;
      // The first look is for a store at all; the second misses what a snapshot is about to replace.
      return listings === 2 ? names.filter((name) => name !== 'segment-0000000001.log') : names;
    },
  };
  await backupLog(live, path.join(root, 'copy'), fs);
  const copy = await openTest({ directory: path.join(root, 'copy'), fs: nodeFs });
  assert.equal(copy.stats().entries, 4);
  await copy.close();
  await log.close();
});

for (const [what, replaced] of [
  ['the last segment', 'segment-0000000002.log'],
  ['a closed segment that cannot be linked', 'segment-0000000001.log'],
] as const) {
  test(`${what} is copied again when it was replaced meanwhile: it may have been written over`, async (t) => {
    const root = await temporaryDirectory(t);
    const live = path.join(root, 'live');
    const log = await openTest({ directory: live, fs: nodeFs, segmentBytes: 1000 });
    for (let n = 0; n < 4; n += 1) await log.set(`${n}`, 'v'.repeat(900));
    const name = path.join(live, replaced);
    const spare = path.join(live, 'spare-0000000009.log');
    const copies: string[] = [];
    const fs: LogFs = {
      ...nodeFs,
      link: () => Promise.reject(Object.assign(new Error('EXDEV'), { code: 'EXDEV' })),
      async open(file, flags) {
        if (flags !== 'wx') return nodeFs.open(file, flags);
        if (path.basename(file) === replaced) {
          copies.push(file);
          // What a compaction does to a file between two reads of it.
          if (copies.length === 1) await nodeFs.rename(name, spare);
        }
        return nodeFs.open(file, flags);
      },
      async unlink(file) {
        if (copies.length === 1) await nodeFs.rename(spare, name).catch(() => {});
        await nodeFs.unlink(file);
      },
    };
    await backupLog(live, path.join(root, 'copy'), fs);
    assert.equal(copies.length, 2);
    const copy = await openTest({ directory: path.join(root, 'copy'), fs: nodeFs });
    assert.equal(copy.stats().entries, 4);
    await copy.close();
    await log.close();
  });
}

test('a backup that cannot be made says why', async (t) => {
  const root = await temporaryDirectory(t);
  const live = path.join(root, 'live');
  const log = await openTest({ directory: live, fs: nodeFs });
  await writeFile(path.join(root, 'file'), '');
  await assert.rejects(log.backup(root), failed(/not empty/));
  await assert.rejects(log.backup(live), failed(/not empty/));
  const copy = path.join(root, 'copy');
  await assert.rejects(backupLog(path.join(root, 'gone'), copy), failed(/ENOENT/));
  await mkdir(path.join(root, 'empty'));
  await assert.rejects(backupLog(path.join(root, 'empty'), copy), failed(/holds no store/));
  await log.close();
});
