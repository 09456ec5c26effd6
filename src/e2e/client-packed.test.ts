import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Caller } from './testing/caller.js';
import { config, IN_MEMORY, startServer, temporaryDirectory } from './testing/server.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

const PROGRAM = `
import { createRequire } from 'node:module';
import { createStreamClient } from 'iii-stream-client';
const { WebSocket } = createRequire(process.argv[3])('ws');
const client = createStreamClient(process.argv[2], { WebSocket });
client.group('s', 'g').subscribe(({ status, items }) => {
  if (status !== 'live') return;
  console.log(JSON.stringify(items));
  client.close();
});
`;

const TYPED = `
import { createStreamClient, type GroupView } from 'iii-stream-client';
const client = createStreamClient<{ presence: { name: string } }>('wss://example.org', { token: 'x' });
const view: GroupView<{ name: string }> = client.group('presence', 'room').getSnapshot();
export const names: string[] = view.items.map(({ data }) => data.name);
// @ts-expect-error there is no such stream
client.group('absent', 'room');
`;

test('the client installs as a package of its own, without dependencies, and follows a group', async () => {
  await using directory = await temporaryDirectory();
  const cwd = directory.path;
  const pack = ['--import', 'tsx', 'scripts/client/pack.ts', join(cwd, 'packed')];
  const { stdout } = await run(process.execPath, pack, { cwd: root });
  await writeFile(join(cwd, 'package.json'), '{"type":"module","private":true}');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', stdout.trim()], { cwd });
  const installed = join(cwd, 'node_modules');
  const entries = (await readdir(installed)).filter((name) => !name.startsWith('.'));
  assert.deepEqual(entries, ['iii-stream-client']);
  const manifest = JSON.parse(await readFile(join(installed, 'iii-stream-client/package.json'), 'utf8'));
  assert.equal(manifest.dependencies, undefined);
  const readme = await readFile(join(installed, 'iii-stream-client/README.md'), 'utf8');
  assert.doesNotMatch(readme, /from 'iii-stream\/|\]\((?!https?:|#)/);
  const imported = [...readme.matchAll(/from 'iii-stream-client(\/[\w-]+)?'/g)].map(([, part = '']) => part);
  assert.ok(imported.length > 3);
  for (const part of imported) assert.ok(manifest.exports[`.${part}`], part);

  await using server = await startServer({ yaml: config(IN_MEMORY), directory: cwd });
  await using caller = await Caller.open(server.engineUrl);
  await caller.set('s', 'g', 'i', { n: 1 });
  await writeFile(join(cwd, 'program.js'), PROGRAM);
  const printed = await run(process.execPath, ['program.js', server.streamUrl, `${root}package.json`], {
    cwd,
  });
  assert.deepEqual(JSON.parse(printed.stdout), [{ id: 'i', rev: 1, data: { n: 1 } }]);

  await writeFile(join(cwd, 'typed.ts'), TYPED);
  const tsc = join(root, 'node_modules/.bin/tsc');
  const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023,dom'];
  await run(tsc, [...flags, '--types', '', 'typed.ts'], { cwd });
});
