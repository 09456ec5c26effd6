import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { StreamError } from '../../domain/errors.js';
import { type Call, errno, MemoryFs } from './testing/memory-fs.js';
import { contentOf, randomFrom } from './testing/model.js';
import { openTest, reopen } from './testing/open.js';
import type { TestLog } from './testing/test-log.js';

const readOnly = (error: unknown): boolean => error instanceof StreamError && error.reason === 'read_only';

/** Fails every call that `which` picks, until it is told to stop. */
function failing(fs: MemoryFs, code: string, which: (call: Call) => boolean): { stop(): void } {
  fs.hook = (call) => {
    if (call.file !== 'LOCK' && which(call)) throw errno(code);
    return undefined;
  };
  return {
    stop() {
      fs.hook = undefined;
    },
  };
}

/** The next change of the health. The log's own timers do not keep a process alive. */
async function nextHealth(log: TestLog): Promise<void> {
  const alive = setInterval(() => {}, 1000);
  await once(log, 'health');
  clearInterval(alive);
}

async function writable(log: TestLog): Promise<void> {
  while (!log.health().writable) await nextHealth(log);
}

const isWrite = ({ name }: Call): boolean => name === 'write';
const isSync = ({ name }: Call): boolean => name === 'datasync';

for (const [code, name, which] of [
  ['ENOSPC', 'write', isWrite],
  ['EIO', 'write', isWrite],
  ['EIO', 'sync', isSync],
  ['ENOSPC', 'sync', isSync],
] as const) {
  test(`${code} on ${name}: the batch and the queue fail, nothing is left of them, writes come back`, async () => {
    const fs = new MemoryFs();
    const log = await openTest({ fs });
    await log.set('kept', '1');
    const fault = failing(fs, code, which);
    const first = log.set('kept', '2');
    const answers = [first];
    // The second is asked while the first is on its way.
    fs.hook = ((hook) => (call) => {
      if (answers.length === 1) answers.push(log.set('queued', '3'));
      return hook?.(call);
    })(fs.hook);
    await assert.rejects(first, readOnly);
    await assert.rejects(answers[1] as Promise<void>, readOnly);
    const health = log.health();
    assert.ok(!health.writable && health.reason.includes(code), JSON.stringify(health));
    await assert.rejects(log.set('refused', '4'), readOnly);
    assert.deepEqual([...log.entries()], [['kept', '1']]);
    assert.equal(log.get('kept'), '1');

    fault.stop();
    await writable(log);
    await log.set('later', '5');
    const content = contentOf([
      ['kept', '1'],
      ['later', '5'],
    ]);
    assert.equal(contentOf(log.entries()), content);
    const chance = randomFrom(1);
    for (const image of [fs.clone(), fs.afterPowerCut(chance), fs.afterPowerCut(chance)]) {
      const { log: again, reports } = await reopen(image);
      assert.equal(contentOf(again.entries()), content);
      assert.deepEqual(reports, []);
      await again.close();
    }
    await log.close();
  });
}

test('a write that fails half-way leaves a whole store, also when the process ends before it recovers', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs });
  await log.set('kept', '1');
  let writes = 0;
  fs.hook = ({ name }) => {
    if (name !== 'write') return undefined;
    writes += 1;
    if (writes === 1) return 40;
    throw errno('ENOSPC');
  };
  await assert.rejects(log.set('lost', 'x'.repeat(100)), readOnly);
  const { log: again, reports } = await reopen(fs.clone());
  assert.deepEqual([...again.entries()], [['kept', '1']]);
  assert.deepEqual(
    reports.map(({ kind }) => kind),
    ['torn_tail'],
  );
  await again.close();
  await log.close();
});

test('a disk that goes on failing keeps the store read-only and readable', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs });
  await log.set('kept', '1');
  const fault = failing(fs, 'EIO', ({ name }) => name === 'datasync');
  await assert.rejects(log.set('a', '1'), readOnly);
  // The first attempt to recover fails too.
  await nextHealth(log);
  assert.equal(log.health().writable, false);
  assert.equal(log.get('kept'), '1');
  fault.stop();
  await writable(log);
  await log.set('b', '2');
  await log.close();
  const { log: again } = await reopen(fs);
  assert.equal(
    contentOf(again.entries()),
    contentOf([
      ['kept', '1'],
      ['b', '2'],
    ]),
  );
  await again.close();
});

test('a segment that does not read back is not gone on from', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs });
  await log.set('kept', '1');
  const fault = failing(fs, 'EIO', isSync);
  await assert.rejects(log.set('a', '1'), readOnly);
  // The device lost more than what was being written.
  const data = fs.files().get('/store/segment-0000000001.log') as Buffer;
  data[40] = (data[40] as number) ^ 1;
  fault.stop();
  await nextHealth(log);
  assert.match(JSON.stringify(log.health()), /does not read back/);
  assert.equal(log.get('kept'), '1');
  await log.close();
});

test('interval: what was acknowledged and could not be synced is on disk again after the recovery', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs, durability: 'interval', saveIntervalMs: 5 });
  const fault = failing(fs, 'EIO', isSync);
  await log.set('acknowledged', '1');
  while (log.health().writable) await nextHealth(log);
  assert.equal(log.get('acknowledged'), '1');
  fault.stop();
  await writable(log);
  const { log: again } = await reopen(fs.afterPowerCut(() => 0.9));
  assert.equal(again.get('acknowledged'), '1');
  await again.close();
  await log.close();
});

test('interval: a write is on the device after the interval, and after a close', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs, durability: 'interval', saveIntervalMs: 5 });
  const synced = new Promise<void>((resolve) => {
    fs.hook = ({ name }) => {
      if (name === 'datasync') setImmediate(resolve);
      return undefined;
    };
  });
  await log.set('a', '1');
  const alive = setInterval(() => {}, 1000);
  await synced;
  clearInterval(alive);
  const first = await reopen(fs.afterPowerCut(() => 0.9));
  assert.equal(first.log.get('a'), '1');
  await first.log.close();
  await log.set('b', '2');
  await log.close();
  const second = await reopen(fs.afterPowerCut(() => 0.9));
  assert.equal(second.log.get('b'), '2');
  await second.log.close();
});

test('interval: a close saves what a failed sync left behind, or says that it could not', async () => {
  for (const mended of [true, false]) {
    const fs = new MemoryFs();
    const log = await openTest({ fs, durability: 'interval' });
    await log.set('acknowledged', '1');
    let syncs = 0;
    const fault = failing(fs, 'EIO', ({ name }) => {
      if (name === 'datasync') syncs += 1;
      return name === 'datasync' && (!mended || syncs === 1);
    });
    if (mended) await log.close();
    else await assert.rejects(log.close(), readOnly);
    fault.stop();
    const { log: again } = await reopen(fs.afterPowerCut(() => 0.9));
    assert.equal(again.get('acknowledged'), mended ? '1' : undefined);
    await again.close();
  }
});
