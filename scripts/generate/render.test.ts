import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findDrift, writeFiles } from './output.js';
import { render } from './render.js';

const run = promisify(execFile);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const spec = path.join(root, 'spec');

describe('generated files', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'generate-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  test('are the same twice, and the committed ones', async () => {
    const files = await render(spec);
    assert.deepEqual(await render(spec), files);
    assert.deepEqual(await findDrift(files, path.join(root, 'generated')), []);
  });

  test('drift is found: changed, missing and stray files', async () => {
    const output = path.join(directory, 'drift');
    const files = await render(spec);
    await writeFiles(files, output);
    assert.deepEqual(await findDrift(files, output), []);
    await writeFile(path.join(output, 'constants.ts'), `${files.get('constants.ts')} `);
    await writeFile(path.join(output, 'validators/stray.js'), '');
    await rm(path.join(output, 'validators/config.js'));
    assert.deepEqual(await findDrift(files, output), [
      'validators/stray.js is not generated',
      'validators/config.js is missing',
      'constants.ts differs',
    ]);
    await writeFiles(files, output);
    assert.deepEqual(await findDrift(files, output), []);
  });

  test('validators load in plain Node and need no package', async () => {
    const output = path.join(directory, 'plain');
    await writeFiles(await render(spec), output);
    await writeFile(path.join(output, 'package.json'), '{"type":"module"}');
    const names = ['functions', 'triggers', 'socket', 'worker', 'config'];
    const script = names.map((name) => `import * as ${name} from './validators/${name}.js';`).join('\n');
    const check = 'const value = {}; console.log(config.validateConfig(value), value.port);';
    await writeFile(path.join(output, 'main.js'), `${script}\n${check}`);
    const { stdout } = await run(process.execPath, ['main.js'], { cwd: output, env: {} });
    assert.equal(stdout, 'true 3112\n');
  });
});
