import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalError } from '../../domain/errors.js';
import { fileHeader, PAGE_BYTES } from './format.js';
import { FrameBuilder } from './frame-builder.js';
import { isUnused } from './frame-reader.js';
import type { LogReport } from './options.js';
import { MemoryFs } from './testing/memory-fs.js';
import { contentOf } from './testing/model.js';
import { DIRECTORY, openTest, reopen } from './testing/open.js';
import type { TestLog } from './testing/test-log.js';

const FIRST = `${DIRECTORY}/segment-0000000001.log`;
const code =
  (wanted: string, text = /./) =>
  (error: unknown) =>
    error instanceof LocalError && error.code === wanted && text.test(error.message);

async function fill(log: TestLog, contents: Set<string>): Promise<void> {
  contents.add(contentOf(log.entries()));
  for (let n = 0; n < 30; n += 1) {
    await log.set(`key-${n % 5}`, `${n} ${'v'.repeat(n)}`);
    contents.add(contentOf(log.entries()));
  }
}

/** A closed store of a snapshot and several segments, and every content it ever had. */
async function example(): Promise<{ fs: MemoryFs; contents: Set<string>; final: string }> {
  const fs = new MemoryFs();
  const contents = new Set<string>();
  const log = await openTest({ fs, segmentBytes: 500 });
  await fill(log, contents);
  while (log.stats().compactions === 0) await new Promise(setImmediate);
  await log.close();
  const more = await openTest({ fs, segmentBytes: 1e6 });
  await fill(more, contents);
  const final = contentOf(more.entries());
  await more.close();
  return { fs, contents, final };
}

test('every flipped bit is found: refused, or cut off as a tail that says so', async () => {
  const { fs, contents, final } = await example();
  const names = [...fs.files().keys()];
  assert.ok(names.some((name) => name.includes('snapshot')) && names.length >= 2, names.join());
  let refused = 0;
  let torn = 0;
  for (const [name, data] of fs.files()) {
    for (let at = 0; at < data.length; at += 1) {
      const image = fs.clone();
      const flipped = Buffer.from(data);
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
      image.put(name, flipped);
      const found = await reopen(image).catch((error: unknown) => error);
      if (found instanceof LocalError) {
        assert.ok(found.code === 'store_corrupt' && found.message.includes(name), found.message);
        refused += 1;
        continue;
      }
      const { log, reports } = found as { log: TestLog; reports: LogReport[] };
      const content = contentOf(log.entries());
      assert.equal(reports[0]?.kind, 'torn_tail', `byte ${at} of ${name}`);
      assert.ok(content !== final && contents.has(content), `byte ${at} of ${name}`);
      torn += 1;
      await log.close();
    }
  }
  assert.ok(refused > 20 * torn, `${refused} refused, ${torn} torn`);
});

test('a torn tail is cut off at every length, and reported with its bytes', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs });
  await log.set('kept', '1');
  const kept = fs.files().get(FIRST)?.length ?? 0;
  await log.set('torn', '2'.repeat(50));
  await log.close();
  const whole = fs.files().get(FIRST) as Buffer;
  for (let length = 0; length < whole.length; length += 1) {
    const image = fs.clone();
    image.put(FIRST, whole.subarray(0, length));
    const { log: again, reports } = await reopen(image);
    const isKept = length >= kept;
    assert.deepEqual([...again.entries()], isKept ? [['kept', '1']] : [], `${length} bytes`);
    const [report] = reports;
    const clean = length === 0 || length === 28 || length === kept;
    assert.equal(report?.kind, clean ? undefined : 'torn_tail', `${length} bytes`);
    if (report?.kind === 'torn_tail') assert.equal(report.offset + report.bytes, length);
    await again.close();
  }
});

test('noise after the last frame is a torn tail, zeros are only cut off', async () => {
  for (const tail of [Buffer.alloc(3000), Buffer.alloc(100, 0xfe)]) {
    const fs = new MemoryFs();
    const log = await openTest({ fs });
    await log.set('kept', '1');
    await log.close();
    fs.put(FIRST, Buffer.concat([fs.files().get(FIRST) as Buffer, tail]));
    const { log: again, reports } = await reopen(fs);
    assert.deepEqual([...again.entries()], [['kept', '1']]);
    const told = reports.map((report) => report.kind === 'torn_tail' && report.bytes);
    assert.deepEqual(told, tail[0] === 0 ? [] : [tail.length]);
    assert.equal(fs.files().get(FIRST)?.includes(tail), false);
    await again.close();
  }
});

test('a frame that was cut off at the beginning of a page is told from what was there before', () => {
  const frame = new FrameBuilder();
  frame.set('a', '1');
  const rest = Buffer.from(frame.seal(1, 7, 0));
  assert.equal(isUnused(rest, PAGE_BYTES, 7), false);
  assert.equal(isUnused(rest, PAGE_BYTES, 6), true);
  assert.equal(isUnused(Buffer.concat([Buffer.alloc(100), rest]), 2 * PAGE_BYTES - 100, 7), true);
  assert.equal(isUnused(Buffer.concat([Buffer.alloc(99), rest]), 2 * PAGE_BYTES - 100, 7), false);
  assert.equal(isUnused(rest.subarray(0, 3), PAGE_BYTES, 7), true);
});

test('a missing file is damage', async () => {
  const { fs } = await example();
  for (const name of fs.files().keys()) {
    const image = fs.clone();
    image.remove(name);
    await assert.rejects(reopen(image), code('store_corrupt', /missing/), name);
  }
});

test('a frame that was cut out is missed', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs });
  const ends: number[] = [];
  for (const key of ['a', 'b', 'c']) {
    await log.set(key, '1');
    ends.push(fs.files().get(FIRST)?.length ?? 0);
  }
  await log.close();
  const whole = fs.files().get(FIRST) as Buffer;
  fs.put(FIRST, Buffer.concat([whole.subarray(0, ends[0]), whole.subarray(ends[1])]));
  await assert.rejects(reopen(fs), code('store_corrupt', /frame 1 is missing/));
});

test('a snapshot that ends too early is damage', async () => {
  const { fs } = await example();
  const [name, data] = [...fs.files()].find(([file]) => file.includes('snapshot')) as [string, Buffer];
  fs.put(name, data.subarray(0, 28));
  await assert.rejects(reopen(fs), code('store_corrupt', /should end/));
});

test('a frame of another file is no frame', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs });
  await log.set('a', '1');
  await log.close();
  const body = (fs.files().get(FIRST) as Buffer).subarray(28);
  fs.put(`${DIRECTORY}/segment-0000000002.log`, Buffer.concat([fileHeader('segment', 2), body]));
  const { log: again, reports } = await reopen(fs);
  assert.equal(reports[0]?.kind, 'torn_tail');
  await again.close();
});

test('repair keeps every valid frame, keeps the originals, and leaves a whole store', async () => {
  const { fs, final } = await example();
  const [name] = [...fs.files().keys()].filter((file) => file.includes('segment')).slice(-1);
  const original = fs.files().get(name as string) as Buffer;
  const damaged = Buffer.from(original);
  damaged[60] = (damaged[60] as number) ^ 1;
  fs.put(name as string, damaged);
  await assert.rejects(reopen(fs), code('store_corrupt', /at byte 28/));
  assert.deepEqual(fs.files().get(name as string), damaged, 'a refused store is left as it is');

  const { log, reports } = await reopen(fs, { repair: true });
  // The damaged frame is overwritten by later ones.
  assert.equal(contentOf(log.entries()), final);
  const [report] = reports;
  assert.ok(
    report?.kind === 'salvaged' && report.keptIn === `${DIRECTORY}/corrupt-1` && report.lostBytes > 24,
  );
  assert.deepEqual(fs.files().get((name as string).replace(DIRECTORY, report.keptIn)), damaged);
  await log.set('after', '1');
  await log.close();
  const again = await reopen(fs, { repair: true });
  assert.deepEqual(again.reports, []);
  assert.equal(again.log.get('after'), '1');
  await again.log.close();
});

test('repair keeps every record but the damaged ones, of a batch and of a snapshot', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs, segmentBytes: 50_000 });
  const entry = (n: number) => ({ key: `key-${n}`, value: `${n} →`.repeat(30) });
  await log.setMany(Array.from({ length: 1000 }, (_, n) => entry(n)));
  while (log.stats().compactions === 0) {
    await log.set('often', 'v'.repeat(10_000));
    await new Promise(setImmediate);
  }
  await log.setMany(Array.from({ length: 1000 }, (_, n) => entry(1000 + n)));
  await log.set('last', '1');
  const whole = new Map(log.entries());
  await log.close();
  const names = [...fs.files().keys()].filter((name) => (fs.files().get(name)?.length ?? 0) > 100_000);
  assert.equal(names.length, 2);
  const damaged: string[] = [];
  for (const name of names) {
    const data = Buffer.from(fs.files().get(name) as Buffer);
    const first = name.includes('snapshot') ? 100 : 1100;
    // A text, the length of a value, a marker.
    for (const [n, offset] of [20, -4, -14].entries()) {
      const key = `key-${first + 300 * n}`;
      const at = data.indexOf(key) + offset;
      data[at] = (data[at] as number) ^ 0x40;
      damaged.push(key);
    }
    fs.put(name, data);
  }
  await assert.rejects(reopen(fs), code('store_corrupt'));
  const { log: repaired, reports } = await reopen(fs, { repair: true });
  const lost = [...whole.keys()].filter((key) => repaired.get(key) !== whole.get(key));
  assert.deepEqual(lost.sort(), damaged.sort());
  const [report] = reports;
  assert.ok(report?.kind === 'salvaged' && report.lostBytes > 600 && report.lostBytes < 2000);
  await repaired.close();
});

test('repair takes nothing of a write that was never answered, though its records are whole', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs });
  await log.set('damaged', '1');
  await log.set('kept', '1');
  const kept = fs.files().get(FIRST)?.length ?? 0;
  await log.setMany([
    { key: 'torn-1', value: '1' },
    { key: 'torn-2', value: '1' },
  ]);
  await log.close();
  const data = Buffer.from((fs.files().get(FIRST) as Buffer).subarray(0, -1));
  data[60] = (data[60] as number) ^ 1;
  fs.put(FIRST, data);
  const { log: repaired, reports } = await reopen(fs, { repair: true });
  assert.deepEqual([...repaired.entries()], [['kept', '1']]);
  assert.ok(reports[0]?.kind === 'salvaged' && reports[0].lostBytes > data.length - kept);
  await repaired.close();
});

test('a repair that is cut off anywhere can be begun again', async () => {
  const { fs, final } = await example();
  const [name] = [...fs.files().keys()].filter((file) => file.includes('segment')).slice(-1) as [string];
  const damaged = Buffer.from(fs.files().get(name) as Buffer);
  damaged[60] = (damaged[60] as number) ^ 1;
  fs.put(name, damaged);
  const images: MemoryFs[] = [];
  const repaired = fs.clone();
  repaired.hook = ({ file }) => {
    if (file !== 'LOCK') images.push(repaired.clone());
    return undefined;
  };
  await (await reopen(repaired, { repair: true })).log.close();
  assert.ok(images.length > 20);
  for (const image of images) {
    const { log } = await reopen(image, { repair: true });
    assert.equal(contentOf(log.entries()), final);
    await log.close();
    const kept = [...image.files()].filter(
      ([file]) => file.includes('corrupt-') && file.endsWith(name.slice(-22)),
    );
    assert.ok(kept.some(([, data]) => data.equals(damaged)));
  }
});

test('progress is told while a large store opens', async () => {
  const fs = new MemoryFs();
  const log = await openTest({ fs });
  await log.setMany(Array.from({ length: 500_001 }, (_, n) => ({ key: `${n}`, value: '' })));
  await log.close();
  const seen: number[] = [];
  const { log: again } = await reopen(fs, { onProgress: ({ records }) => seen.push(records) });
  assert.deepEqual(seen, [250_000, 500_000]);
  await again.close();
});
