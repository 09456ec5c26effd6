import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backupLog } from './backup.js';
import type { Durability } from './options.js';
import type { ProcessIdentity } from './process-identity.js';
import { errno, MemoryFs } from './testing/memory-fs.js';
import { DIRECTORY, openTest } from './testing/open.js';

const boot = (name: string): ProcessIdentity => ({ pid: 1, boot: name, namespace: name, started: '' });

/** What is on the disk when a process ended without closing its store. */
async function ended(durability: Durability, identity = boot('first')): Promise<MemoryFs> {
  const fs = new MemoryFs();
  const log = await openTest({ fs, durability, identity });
  await log.set('a', '1');
  const image = fs.clone();
  await log.close();
  return image;
}

/** Takes the lock for stale at once: its process is not seen, and its last sign of life is long ago. */
function aged(fs: MemoryFs): MemoryFs {
  const lock = fs.files().get(`${DIRECTORY}/LOCK`);
  if (lock !== undefined) fs.put(`${DIRECTORY}/LOCK`, lock, 0);
  return fs;
}

async function mayHaveLost(fs: MemoryFs, identity: ProcessIdentity): Promise<boolean> {
  const log = await openTest({ fs: aged(fs), identity });
  const { mayHaveLost } = log.log;
  await log.close();
  return mayHaveLost;
}

const cases = [
  { name: 'interval, and the machine was started again', durability: 'interval', next: 'second', lost: true },
  { name: 'interval, and no boot id', durability: 'interval', first: '', next: '', lost: true },
  { name: 'always, and the machine was started again', durability: 'always', next: 'second', lost: false },
] as const;

for (const { name, durability, next, lost, ...rest } of cases) {
  test(`${name}: changes ${lost ? 'may be' : 'are not'} lost`, async () => {
    const image = await ended(durability, boot('first' in rest ? rest.first : 'first'));
    assert.equal(await mayHaveLost(image, boot(next)), lost);
  });
}

test('interval, and only the process was killed: nothing is lost', async () => {
  const image = await ended('interval', { ...boot('first'), pid: 2 ** 22 + 1 });
  assert.equal(await mayHaveLost(image, boot('first')), false);
});

test('a clean end loses nothing, whatever the machine does then', async () => {
  const fs = new MemoryFs();
  await (await openTest({ fs, durability: 'interval', identity: boot('first') })).close();
  assert.equal(await mayHaveLost(fs.afterPowerCut(Math.random), boot('second')), false);
});

test('a lock that tells nothing may be of a process that lost something', async () => {
  const image = await ended('always');
  image.put(`${DIRECTORY}/LOCK`, Buffer.from('{"pid":1,"boot":"first"}'), 0);
  assert.equal(await mayHaveLost(image, boot('second')), true);
});

test('a loss is told again until it is settled, also when the start that finds it is cut off', async () => {
  const image = await ended('interval');
  const starts: MemoryFs[] = [];
  aged(image).hook = ({ name }) => {
    if (!['read', 'stat', 'readdir'].includes(name)) starts.push(image.clone());
    return undefined;
  };
  const log = await openTest({ fs: image, identity: boot('second') });
  const unsettled = [...starts, image.clone()];
  await log.log.settle();
  await log.close();
  for (const start of unsettled.filter((_, n) => n % 6 === 5)) {
    assert.equal(await mayHaveLost(start.afterPowerCut(Math.random), boot('second')), true);
  }
  assert.equal(await mayHaveLost(image, boot('third')), false);
});

test('a backup may be older than what was seen; one that was cut off is refused as unfinished', async () => {
  const fs = await ended('always');
  let failing = 0;
  fs.hook = ({ index }) => {
    if (index === failing) throw errno('EIO');
    return undefined;
  };
  let finished = 0;
  for (let n = 1; finished < 2; n += 1) {
    const target = `/copy-${n}`;
    failing = fs.calls + n;
    const done = await backupLog(DIRECTORY, target, fs).then(
      () => true,
      () => false,
    );
    const copied = fs.clone();
    copied.hook = undefined;
    const open = openTest({ fs: copied, directory: target });
    const names = await copied.readdir(target);
    if (!done && names.length > 0 && !names.includes('LOSS')) {
      await assert.rejects(open, { code: 'store_unfinished', message: /is an unfinished backup/ });
      continue;
    }
    const log = await open;
    if (done) assert.deepEqual([log.log.mayHaveLost, log.get('a')], [true, '1']);
    if (done) finished += 1;
    await log.close();
  }
});
