import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { nodeFs } from './fs.js';
import { openTest, temporaryDirectory } from './testing/open.js';

const cases = [
  { what: 'the open segment', name: (names: string[]) => names.at(-1) as string },
  { what: 'a closed segment', name: (names: string[]) => names[0] as string },
  { what: 'the directory', name: () => '' },
] as const;

for (const { what, name } of cases) {
  test(`a store from which ${what} is removed says so and takes no writes, before anybody writes`, async (t) => {
    const directory = path.join(await temporaryDirectory(t), 'store');
    const log = await openTest({ directory, fs: nodeFs, segmentBytes: 1_000 });
    for (const key of ['a', 'b', 'c']) await log.set(key, 'x'.repeat(800));
    const names = (await readdir(directory)).filter((file) => file.startsWith('segment')).sort();
    assert.ok(names.length > 1);
    const removed = path.join(directory, name(names));
    await rm(removed, { recursive: true });
    // The timer of the lock keeps no process alive.
    const waiting = setInterval(() => {}, 60_000);
    const [health] = await once(log, 'health');
    clearInterval(waiting);
    assert.deepEqual(log.health(), health);
    assert.match(
      health.reason,
      /(was removed under the running store|its lock was removed): nothing is written/,
    );
    assert.ok(health.reason.includes(name(names)) && health.reason.includes(directory));
    await assert.rejects(log.set('d', '1'), /nothing is written any more/);
    assert.equal(log.get('a')?.length, 800);
    await log.close();
  });
}

test('rotation and compaction are not taken for files that went', async (t) => {
  const directory = await temporaryDirectory(t);
  const log = await openTest({ directory, fs: nodeFs, segmentBytes: 2_000 });
  let told = 0;
  log.on('health', () => {
    told += 1;
  });
  const until = performance.now() + 2_500;
  for (let n = 0; performance.now() < until; n += 1) await log.set(`${n % 5}`, 'x'.repeat(500));
  assert.ok(log.stats().compactions > 2);
  assert.equal(told, 0);
  await log.close();
});
