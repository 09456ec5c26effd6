import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writeExample } from './testing/example-store.js';
import { MemoryFs } from './testing/memory-fs.js';
import { contentOf } from './testing/model.js';
import { DIRECTORY, reopen } from './testing/open.js';

// Written once by the first release of each format version, and never again.
const GOLDEN = fileURLToPath(new URL('golden', import.meta.url));

async function golden(version: string): Promise<MemoryFs> {
  const fs = new MemoryFs();
  const names = await readdir(path.join(GOLDEN, version));
  assert.ok(names.length >= 2, names.join());
  for (const name of names) fs.put(`${DIRECTORY}/${name}`, await readFile(path.join(GOLDEN, version, name)));
  return fs;
}

/** What was written into them all. */
const expected = async (): Promise<string> => {
  const texts = JSON.parse(await readFile(path.join(GOLDEN, 'content.json'), 'utf8')) as Record<
    string,
    string
  >;
  return contentOf(Object.entries(texts));
};

for (const version of ['v1', 'v2']) {
  test(`version ${version} opens to what was written into it, and is only added to`, async () => {
    const fs = await golden(version);
    const before = fs.files();
    const { log, reports } = await reopen(fs);
    assert.equal(contentOf(log.entries()), await expected());
    assert.deepEqual(reports, []);
    const content = contentOf([...log.entries(), ['added', '1']]);
    await log.set('added', '1');
    await log.close();
    for (const [name, data] of before) {
      const now = fs.files().get(name);
      assert.deepEqual(version === 'v1' ? now : now?.subarray(0, data.length), data, name);
    }
    const { log: again } = await reopen(fs);
    assert.equal(contentOf(again.entries()), content);
    await again.close();
  });
}

test('a segment of version 1 whose end is torn, or whose header is damaged, is judged as one', async () => {
  const whole = await golden('v1');
  const [name, data] = [...whole.files()].find(([file]) => file.includes('segment')) as [string, Buffer];
  const torn = whole.clone();
  torn.put(name, data.subarray(0, -3));
  const { log, reports } = await reopen(torn);
  assert.equal(reports[0]?.kind, 'torn_tail');
  assert.equal(log.get('last'), undefined);
  assert.ok(log.get('empty') !== undefined);
  await log.close();
  await (await reopen(torn)).log.close();

  const headless = whole.clone();
  const damaged = Buffer.from(data);
  damaged[20] = 1;
  headless.put(name, damaged);
  await assert.rejects(reopen(headless), { code: 'store_corrupt' });
  const { log: repaired } = await reopen(headless, { repair: true });
  assert.equal(contentOf(repaired.entries()), await expected());
  await repaired.close();
});

test('what is written now is version 2 byte by byte', async () => {
  const written = (await writeExample()).files();
  const files = (await golden('v2')).files();
  assert.deepEqual([...written.keys()].sort(), [...files.keys()].sort());
  for (const [name, data] of files) {
    // The records of a snapshot have no order.
    if (name.includes('segment')) assert.deepEqual(written.get(name), data, name);
    else assert.equal(written.get(name)?.length, data.length, name);
  }
});
