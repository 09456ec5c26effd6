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

test('version 1 opens to what was written into it', async () => {
  const { log, reports } = await reopen(await golden('v1'));
  const expected = JSON.parse(await readFile(path.join(GOLDEN, 'v1.json'), 'utf8')) as Record<string, string>;
  assert.equal(contentOf(log.entries()), contentOf(Object.entries(expected)));
  assert.deepEqual(reports, []);
  await log.close();
});

test('what is written now is version 1 byte by byte', async () => {
  const written = (await writeExample()).files();
  const files = (await golden('v1')).files();
  assert.deepEqual([...written.keys()].sort(), [...files.keys()].sort());
  for (const [name, data] of files) {
    // The records of a snapshot have no order.
    if (name.includes('segment')) assert.deepEqual(written.get(name), data, name);
    else assert.equal(written.get(name)?.length, data.length, name);
  }
});
