import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogReport } from './options.js';
import { MemoryFs } from './testing/memory-fs.js';
import { contentOf, contentsAfter, randomFrom, randomSteps, run } from './testing/model.js';
import { TestLog } from './testing/test-log.js';

const DIRECTORY = '/store';
/** Small enough that the workload rotates and compacts many times: below a page, and over several. */
const SIZES = [
  { segmentBytes: 2000, valueBytes: 200 },
  { segmentBytes: 14_000, valueBytes: 1500 },
] as const;
const OPTIONS = { directory: DIRECTORY, saveIntervalMs: 1e6 } as const;

interface Moment {
  readonly image: MemoryFs;
  readonly acknowledged: number;
  readonly asked: number;
  readonly call: string;
}

/** Runs a workload and keeps what the disk was before each call that changes it, and within each other write. */
async function moments(durability: 'always' | 'interval', seed: number, size: (typeof SIZES)[number]) {
  const chance = randomFrom(seed);
  const steps = randomSteps(160, chance, size.valueBytes);
  const fs = new MemoryFs();
  const found: Moment[] = [];
  let acknowledged = 0;
  let asked = 0;
  let half: string | undefined;
  let writtenOver = 0;
  fs.hook = async ({ name, file, index }) => {
    if (file === 'LOCK' || ['read', 'stat', 'readdir'].includes(name)) return undefined;
    if (chance() < 0.5) await nextTurn();
    if (name === 'rename' && file.startsWith('spare')) writtenOver += 1;
    found.push({ image: fs.clone(), acknowledged, asked, call: `${index} ${name} ${file}` });
    if (name !== 'write') return undefined;
    half = half === file ? undefined : file;
    return half === undefined ? undefined : 1 + Math.floor(chance() * 20);
  };
  const log = await TestLog.open({ ...OPTIONS, durability, segmentBytes: size.segmentBytes, fs });
  for (const step of steps) {
    asked += 1;
    await run(log, step);
    acknowledged += 1;
    if (chance() < 0.8) await nextTurn();
  }
  assert.ok(log.stats().compactions > 2, `${log.stats().compactions} compactions`);
  assert.ok(writtenOver > 2, `${writtenOver} segments written over`);
  await log.close();
  found.push({ image: fs.clone(), acknowledged, asked, call: 'end' });
  return { found, contents: contentsAfter(steps) };
}

/** What a restart shows. */
async function contentOn(fs: MemoryFs): Promise<string> {
  fs.remove(`${DIRECTORY}/LOCK`);
  await using log = await TestLog.open({ ...OPTIONS, durability: 'always', fs });
  return contentOf(log.entries());
}

/** A store that was cut off must be a whole one again after its first start. */
async function assertMended(fs: MemoryFs, content: string): Promise<void> {
  const reports: LogReport[] = [];
  const first = await TestLog.open({ ...OPTIONS, durability: 'always', fs });
  await first.set('after', 'x');
  await first.close();
  await using second = await TestLog.open({
    ...OPTIONS,
    durability: 'always',
    fs,
    onReport: (r) => reports.push(r),
  });
  assert.deepEqual(reports, []);
  await second.delete('after');
  assert.equal(contentOf(second.entries()), content);
}

const cases = (['always', 'interval'] as const).flatMap((durability) =>
  SIZES.map((size) => ({ durability, size, name: `${durability}, segments of ${size.segmentBytes} bytes` })),
);

for (const { durability, size, name } of cases) {
  test(`${name}: a kill between any two calls leaves a prefix with everything acknowledged`, async () => {
    const { found, contents } = await moments(durability, 1, size);
    const chance = randomFrom(4);
    assert.ok(found.length > 200, `${found.length} calls`);
    for (const { image, acknowledged, asked, call } of found) {
      const content = await contentOn(image);
      assert.ok(contents.slice(acknowledged, asked + 1).includes(content), `killed before call ${call}`);
      // Somebody may have acted on what was shown.
      assert.equal(await contentOn(image.afterPowerCut(chance)), content, `no power after call ${call}`);
      await assertMended(image, content);
    }
  });

  const kept = durability === 'always' ? 'prefix with everything acknowledged' : 'prefix';
  test(`${name}: a power cut between any two calls leaves a ${kept}`, async () => {
    const { found, contents } = await moments(durability, 2, size);
    const chance = randomFrom(3);
    for (const { image, acknowledged, asked, call } of found) {
      const least = durability === 'always' || call === 'end' ? acknowledged : 0;
      for (let cut = 0; cut < 3; cut += 1) {
        const content = await contentOn(image.afterPowerCut(chance));
        assert.ok(contents.slice(least, asked + 1).includes(content), `no power before call ${call}`);
      }
    }
  });
}
