import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogReport } from './options.js';
import { errno, MemoryFs } from './testing/memory-fs.js';
import { contentOf, randomFrom } from './testing/model.js';
import { openTest, reopen } from './testing/open.js';
import type { TestLog } from './testing/test-log.js';

const SEGMENT_BYTES = 10_000;

async function compactions(log: TestLog, count: number): Promise<void> {
  while (log.stats().compactions < count) await nextTurn();
}

const totalBytes = (fs: MemoryFs): number =>
  [...fs.files().values()].reduce((sum, data) => sum + data.length, 0);

test('space of overwritten and deleted data comes back while writes go on', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs, segmentBytes: SEGMENT_BYTES });
  let most = 0;
  for (let n = 0; n < 1500; n += 1) {
    await log.set(`key-${n % 20}`, `${n} ${'v'.repeat(200)}`);
    if (n % 20 === 0) await nextTurn();
    most = Math.max(most, totalBytes(fs));
  }
  assert.ok(most < 5 * SEGMENT_BYTES, `${most} bytes on disk`);
  assert.ok(log.stats().compactions > 10, `${log.stats().compactions} compactions`);
  const before = log.stats().compactions;
  for (let n = 0; n < 20; n += 1) await log.delete(`key-${n}`);
  for (let n = 0; log.stats().compactions === before; n += 1) {
    await log.delete(`key-${n}`);
    await nextTurn();
  }
  // One segment is kept to be written over.
  assert.ok(totalBytes(fs) < 2 * SEGMENT_BYTES, `${totalBytes(fs)} bytes on disk`);
  assert.equal(log.stats().diskBytes, totalBytes(fs) - (fs.files().get('/store/LOCK')?.length ?? 0));
  await log.close();
});

test('what is written, deleted and cleared during a snapshot counts', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs, segmentBytes: SEGMENT_BYTES });
  const chance = randomFrom(7);
  fs.hook = async ({ name }) => {
    if (name === 'write' || name === 'rename') await nextTurn();
    return undefined;
  };
  for (let n = 0; n < 3000; n += 1) {
    const key = `${n % 3}:${Math.floor(chance() * 40)}`;
    if (n % 700 === 0) await log.clear('1:');
    else if (n % 5 === 0) await log.delete(key);
    else await log.set(key, `${n} ${'v'.repeat(chance() * 200)}`);
  }
  assert.ok(log.stats().compactions > 3);
  const content = contentOf(log.entries());
  await log.close();
  fs.hook = undefined;
  const { log: again, reports } = await reopen(fs);
  assert.deepEqual(reports, []);
  assert.equal(contentOf(again.entries()), content);
  assert.equal(again.stats().liveBytes, log.stats().liveBytes);
  await again.close();
});

test('a snapshot never shows more than the log has on the device', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs, durability: 'interval', segmentBytes: SEGMENT_BYTES });
  let n = 0;
  const write = () => {
    n += 1;
    return log.set('counter', `${n} ${'v'.repeat(600)}`).then(() => log.set('echo', `${n}`));
  };
  // While the snapshot is begun the log goes on.
  fs.hook = async ({ name, file }) => {
    if (name === 'write' && file.endsWith('.tmp') && n < 1000) {
      n = 1000;
      for (let more = 0; more < 4; more += 1) await write();
    }
    return undefined;
  };
  while (n < 1000) await write();
  await compactions(log, 1);
  const chance = randomFrom(3);
  for (let cut = 0; cut < 200; cut += 1) {
    const { log: again } = await reopen(fs.afterPowerCut(chance));
    const counter = Number.parseInt(String(again.get('counter')), 10);
    const echo = Number(again.get('echo'));
    assert.ok(counter === echo || counter === echo + 1 || echo < 1000, `counter ${counter}, echo ${echo}`);
    assert.ok(counter >= 1004, 'all of it was synced when the snapshot was published');
    await again.close();
  }
  await log.close();
});

test('a compaction that fails costs nothing but space, and is reported', async () => {
  const fs = new MemoryFs();
  const reports: LogReport[] = [];
  const log = await openTest({ fs, segmentBytes: SEGMENT_BYTES, onReport: (report) => reports.push(report) });
  fs.hook = ({ name, file }) => {
    if (name === 'write' && file.endsWith('.tmp')) throw errno('ENOSPC');
    return undefined;
  };
  for (let n = 0; n < 100; n += 1) await log.set('a', `${n} ${'v'.repeat(200)}`);
  while (reports.length === 0) await nextTurn();
  assert.deepEqual(reports[0]?.kind, 'compaction_failed');
  assert.equal(log.health().writable, true);
  assert.ok([...fs.files().keys()].every((name) => !name.endsWith('.tmp')));
  await log.close();
  const { log: again } = await reopen(fs);
  assert.match(String(again.get('a')), /^99 /);
  await again.close();
});

test('a close gives a running compaction up', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs, segmentBytes: SEGMENT_BYTES });
  let begun: (() => void) | undefined;
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  fs.hook = async ({ name, file }) => {
    if (name === 'write' && file.endsWith('.tmp')) {
      begun?.();
      await nextTurn();
    }
    return undefined;
  };
  // Many frames' worth, so that the snapshot looks at the signal.
  for (let n = 0; n < 20; n += 1) await log.set(`big-${n}`, 'v'.repeat(300_000));
  for (let n = 0; n < 20; n += 1) await log.set(`big-${n}`, 'w'.repeat(300_000));
  await log.set('last', '1');
  await started;
  await log.close();
  assert.equal(log.stats().compactions, 0);
  assert.ok([...fs.files().keys()].every((name) => !name.endsWith('.tmp')));
  const { log: again } = await reopen(fs);
  assert.equal(again.stats().entries, 21);
  await again.close();
});
