import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { parseConfig } from '../src/config/index.js';

const read = (name: string): Promise<string> => readFile(new URL(`../${name}`, import.meta.url), 'utf8');

/** Under one of these names an engine starts its own worker, whatever the entry says. */
const BUILT_IN = /^iii-/;

test('the manifest names a worker that is not built in, which reads a configuration that is packed with it', async () => {
  const { name, scripts, runtime, config } = parse(await read('iii.worker.yaml'));
  assert.doesNotMatch(name, BUILT_IN);
  assert.equal(config, undefined, 'the tool would ignore it');
  const [, entry, file] = /^node (\S+) --config (\S+)$/.exec(scripts.start) ?? [];
  assert.equal(entry, runtime.entry);
  const { files, bin } = JSON.parse(await read('package.json'));
  assert.ok(files.includes(file) && files.includes('iii.worker.yaml'));
  assert.equal(bin['iii-stream'], `./${entry}`);
  const { port, host, adapter } = parseConfig(await read(file as string), file as string);
  assert.deepEqual([port, host, adapter.name], [3112, '0.0.0.0', 'kv']);
});
