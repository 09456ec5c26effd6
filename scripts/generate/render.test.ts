import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ApiReference } from './errata.js';
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

  test('a function new in the API reference is a compile error until it has a handler', async () => {
    const project = path.join(directory, 'project');
    await cp(spec, path.join(project, 'spec'), { recursive: true });
    const keys = await addFunction(path.join(project, 'spec/api-reference.json'));
    await writeFiles(await render(path.join(project, 'spec')), path.join(project, 'generated'));
    await cp(path.join(root, 'src/wire'), path.join(project, 'src/wire'), { recursive: true });
    await cp(path.join(root, 'tsconfig.json'), path.join(project, 'tsconfig.json'));
    await writeFile(path.join(project, 'package.json'), '{"type":"module"}');
    await symlink(path.join(root, 'node_modules'), path.join(project, 'node_modules'));
    const compile = async (handled: readonly string[]): Promise<string> => {
      const methods = handled.map((key) => `${key}: () => null`).join(', ');
      await writeFile(
        path.join(project, 'generated/engine.ts'),
        `import type { FunctionKey } from './calls.js';\n` +
          `export const handlers = { ${methods} } satisfies Record<FunctionKey, () => null>;\n`,
      );
      const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
      return run(process.execPath, [tsc, '--noEmit', '-p', project]).then(
        () => '',
        (error: { stdout: string }) => error.stdout,
      );
    };
    assert.match(await compile(keys), /engine\.ts.*TS1360.*touchAll|touchAll.*missing/s);
    assert.equal(await compile([...keys, 'touchAll']), '');
  });

  /** Adds `stream::touch_all`; answers the methods of the functions that were there before. */
  async function addFunction(file: string): Promise<readonly string[]> {
    const reference = JSON.parse(await readFile(file, 'utf8')) as ApiReference;
    const added = {
      name: 'stream::touch_all',
      description: 'Touches all items of a group',
      metadata: {},
      request_schema: {
        title: 'StreamTouchAllInput',
        type: 'object',
        properties: { group_id: { type: 'string' }, note: true },
        required: ['group_id'],
      },
      response_schema: {
        title: 'TouchAllResult',
        type: 'object',
        properties: { count: { type: 'integer' } },
        required: ['count'],
      },
    };
    await writeFile(file, JSON.stringify({ ...reference, functions: [...reference.functions, added] }));
    return reference.functions.map(({ name }) =>
      name.replace('stream::', '').replace(/_(.)/, (_, letter: string) => letter.toUpperCase()),
    );
  }
});
