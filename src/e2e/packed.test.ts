import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { registerWorker, TriggerAction } from 'iii-sdk';
import { config, FILE_BASED, temporaryDirectory } from './testing/server.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('the packed package, installed in an empty folder, serves the usage example and grades itself', async () => {
  await using packed = await temporaryDirectory();
  await using directory = await temporaryDirectory();
  await rm(join(ROOT, 'dist'), { recursive: true, force: true });
  // The flag is that of `npm run pack`: without it, this project's .npmrc would keep npm from building first.
  const pack = ['pack', '--ignore-scripts=false', '--json', '--pack-destination', packed.path];
  const { stdout } = await run('npm', pack, { cwd: ROOT });
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }];
  const cwd = directory.path;
  await writeFile(join(cwd, 'package.json'), '{"private":true}');
  const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  await run('npm', ['install', ...flags, join(packed.path, filename)], { cwd });
  await writeFile(join(cwd, 'x.yaml'), config(FILE_BASED));

  await exportsWork(cwd);

  const bin = join(cwd, 'node_modules/.bin/iii-stream');
  const server = spawn(bin, ['--config', 'x.yaml'], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const [engine, stream] = String(line).match(/wss?:\/\/\S+/g) ?? [];
    const iii = registerWorker(engine as string, { otel: { enabled: false } });
    const address = { stream_name: 'presence', group_id: 'room-1' };
    const data = { name: 'Alice', online: true };
    iii.trigger({
      function_id: 'stream::set',
      payload: { ...address, item_id: 'user-123', data },
      action: TriggerAction.Void(),
    });
    assert.deepEqual(await iii.trigger({ function_id: 'stream::list', payload: address }), [data]);
    await iii.shutdown();

    const grade = join(cwd, 'node_modules/.bin/iii-stream-conformance');
    const only = ['--only', 'functions/*', '--report', 'json'];
    const report = await run(grade, ['--engine', engine as string, '--stream', stream as string, ...only], {
      cwd,
    });
    assert.match(report.stdout, /"passed"/);
  } finally {
    server.kill('SIGTERM');
    const [code] = server.exitCode === null ? await once(server, 'exit') : [server.exitCode];
    assert.equal(code, 0);
  }
});

test('a pack that would not build fails, and a publication builds', async () => {
  await assert.rejects(run('npm', ['pack'], { cwd: ROOT }), /ENOENT.*only-npm-run-pack-builds-first/s);
  await using copy = await temporaryDirectory();
  const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
  const scripts = { ...manifest.scripts, prepack: 'echo built first && exit 3' };
  await writeFile(join(copy.path, 'package.json'), JSON.stringify({ ...manifest, scripts }));
  await writeFile(join(copy.path, '.npmrc'), await readFile(join(ROOT, '.npmrc')));
  const publish = ['publish', '--dry-run', '--foreground-scripts'];
  await assert.rejects(run('npm', publish, { cwd: copy.path }), { stdout: /built first/ });
});

/** What the package's `exports` promise, and what its README shows. */
async function exportsWork(cwd: string): Promise<void> {
  const evaluate = (code: string): Promise<{ stdout: string }> =>
    run(process.execPath, ['--no-warnings', '-e', code], { cwd });
  const { stdout } = await evaluate(`
    const { StreamError } = require('iii-stream');
    const { encodeSetRequest } = require('iii-stream/generated/messages/functions');
    const reference = require('iii-stream/spec/api-reference.json');
    console.log(StreamError.name, typeof encodeSetRequest, reference.functions.length, require('iii-stream/package.json').name);
  `);
  assert.match(stdout, /^StreamError function \d+ iii-stream\n$/);
  const imported = await evaluate(
    "import('iii-stream').then(({ LocalError }) => console.log(LocalError.name))",
  );
  assert.equal(imported.stdout, 'LocalError\n');
  const home = join(cwd, 'node_modules/iii-stream');
  // Images and links lead to what is packed.
  const readme = await readFile(join(home, 'README.md'), 'utf8');
  for (const [, link = ''] of readme.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
    if (!link.startsWith('http')) await access(join(home, link));
  }
}
