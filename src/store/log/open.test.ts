import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, unlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { LocalError } from '../../domain/errors.js';
import { FORMAT_VERSION, fileHeader } from './format.js';
import { nodeFs } from './fs.js';
import { openTest, temporaryDirectory } from './testing/open.js';

const rejection = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof LocalError && error.code === code && text.test(error.message);
const open = (directory: string, options?: { repair: boolean }) =>
  openTest({ directory, fs: nodeFs, ...options });
const lockOf = async (directory: string) =>
  JSON.parse(await readFile(path.join(directory, 'LOCK'), 'utf8')) as Record<string, unknown>;
const writeLock = (directory: string, lock: unknown) =>
  writeFile(path.join(directory, 'LOCK'), typeof lock === 'string' ? lock : JSON.stringify(lock));

test('a store begins in a directory that does not exist, and is there again', async (t) => {
  const directory = path.join(await temporaryDirectory(t), 'deep', 'er');
  const log = await open(directory);
  await log.set('a', '1');
  await log.close();
  assert.deepEqual(await readdir(directory), ['segment-0000000001.log']);
  const again = await open(directory);
  assert.equal(again.get('a'), '1');
  await again.close();
});

test('a second open is refused while the first lives, and leaves it alone', async (t) => {
  const directory = await temporaryDirectory(t);
  const log = await open(directory);
  await assert.rejects(open(directory), rejection('store_locked', new RegExp(`process ${process.pid}\\b`)));
  await log.set('a', '1');
  await log.close();
  await (await open(directory)).close();
});

test('the lock of another living process holds', async (t) => {
  const directory = await temporaryDirectory(t);
  const child = spawn(process.execPath, ['-e', 'console.log(1);setInterval(() => {}, 1000)']);
  await once(child.stdout, 'data');
  const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '');
  const log = await open(directory);
  const own = await lockOf(directory);
  await log.close();
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  const lock = { ...own, pid: child.pid, started };
  await writeLock(directory, lock);
  await assert.rejects(open(directory), rejection('store_locked', new RegExp(`process ${child.pid}\\b`)));
  child.kill('SIGKILL');
  await once(child, 'exit');
  // Killed, it could not take its lock with it.
  await (await open(directory)).close();
});

test('a lock whose pid now is another process is taken over', async (t) => {
  const directory = await temporaryDirectory(t);
  const log = await open(directory);
  const own = await lockOf(directory);
  await log.close();
  if (own.started === '') return t.skip('this system does not tell when a process began');
  await writeLock(directory, { ...own, pid: process.ppid, started: '1' });
  await (await open(directory)).close();
  assert.deepEqual(await readdir(directory), ['segment-0000000001.log']);
});

test('a lock from another container or boot, or a half-written one, holds as long as it shows life', async (t) => {
  const first = await temporaryDirectory(t);
  const log = await open(first);
  const own = await lockOf(first);
  await log.close();
  const longAgo = new Date(Date.now() - 60_000);
  const locks = [{ ...own, boot: 'another' }, { ...own, namespace: 'pid:[1]' }, '', '{"pid"'];
  // Side by side: each open looks for a sign of life for a while.
  const outcomes = locks.flatMap((lock) =>
    [true, false].map(async (living) => {
      const directory = await temporaryDirectory(t);
      const lockPath = path.join(directory, 'LOCK');
      await writeLock(directory, lock);
      await utimes(lockPath, longAgo, longAgo);
      if (!living) return (await open(directory)).close();
      const beat = setInterval(() => void utimes(lockPath, new Date(), new Date()), 100);
      await assert
        .rejects(open(directory), rejection('store_locked', /in use/))
        .finally(() => clearInterval(beat));
    }),
  );
  await Promise.all(outcomes);
});

test('a process that stood still and was taken for gone writes nothing any more', async (t) => {
  const directory = await temporaryDirectory(t);
  const log = await open(directory);
  await log.set('a', '1');
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 4_000 });
  // Nobody came meanwhile: it goes on.
  await log.set('b', '2');
  await rename(path.join(directory, 'LOCK'), path.join(directory, 'LOCK.aside'));
  await unlink(path.join(directory, 'LOCK.aside'));
  const other = await open(directory);
  await other.set('c', '3');
  t.mock.timers.setTime(Date.now() + 4_000);
  const told: unknown[] = [];
  log.on('health', (health) => told.push(health));
  await assert.rejects(log.set('d', '4'), /taken over by another process/);
  const health = log.health();
  assert.deepEqual(told[0], health, 'the lock tells by itself, before a write fails of it');
  assert.ok(!health.writable && /taken over/.test(health.reason));
  await log.close();
  await other.set('e', '5');
  await other.close();
  const again = await open(directory);
  assert.deepEqual([...again.entries()].map(([key]) => key).sort(), ['a', 'b', 'c', 'e']);
  await again.close();
});

test('a directory with other things in it is not touched', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(path.join(directory, 'letter.txt'), 'dear');
  await assert.rejects(open(directory), rejection('store_foreign', /letter\.txt/));
  assert.deepEqual(await readdir(directory), ['letter.txt']);
});

test('the root of a fresh volume is as good as empty, and a store may have company', async (t) => {
  const directory = await temporaryDirectory(t);
  await mkdir(path.join(directory, 'lost+found'));
  await (await open(directory)).close();
  await writeFile(path.join(directory, 'note.txt'), 'mine');
  await (await open(directory)).close();
});

test('a path that cannot be a directory is one clear sentence', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'file');
  await writeFile(file, '');
  for (const directory of [file, path.join(file, 'below'), '/proc/store']) {
    await assert.rejects(open(directory), rejection('store_unwritable', /cannot be used: .+\.$/));
  }
});

test('a newer format is refused by its number, before anything is touched, for a repair too', async (t) => {
  const directory = await temporaryDirectory(t);
  await (await open(directory)).close();
  const newer = FORMAT_VERSION + 1;
  const segments = ['segment-0000000001.log', 'segment-0000000002.log'];
  await writeFile(path.join(directory, segments[1] as string), fileHeader('segment', 2, newer));
  // What the older program knows is damaged, which a repair would see first.
  await writeFile(path.join(directory, segments[0] as string), 'damaged');
  await writeFile(path.join(directory, 'LOCK'), '{"pid"');
  for (const repair of [false, true]) {
    const what = new RegExp(
      `segment-0000000002.log has format version ${newer}, .* up to version ${FORMAT_VERSION}:`,
    );
    await assert.rejects(open(directory, { repair }), rejection('store_format', what));
    assert.deepEqual((await readdir(directory)).sort(), ['LOCK', ...segments]);
    assert.equal(await readFile(path.join(directory, 'LOCK'), 'utf8'), '{"pid"');
    assert.equal(await readFile(path.join(directory, segments[0] as string), 'utf8'), 'damaged');
  }
});
