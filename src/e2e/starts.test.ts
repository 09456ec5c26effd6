import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { config, FILE_BASED, IN_MEMORY, startServer, temporaryDirectory } from './testing/server.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

/** Everything that a stream says until `pattern`. */
async function reading(child: ChildProcess, pattern: RegExp): Promise<string> {
  let text = '';
  for await (const piece of child.stderr!.setEncoding('utf8')) {
    text += piece;
    if (pattern.test(text)) return text;
  }
  return text;
}

const isGone = async (pid: number): Promise<boolean> =>
  (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')).includes(') Z');

/** The processes that `pid` started, and those that they started. */
async function below(pid: number): Promise<number[]> {
  const direct = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')).trim();
  const children = direct === '' ? [] : direct.split(' ').map(Number);
  return [...children, ...(await Promise.all(children.map(below))).flat()];
}

// npm/npm#4603, npm/cli#6547: a signal to npm ends its shell, and leaves the program running.
for (const how of [
  ['start', '--'],
  ['exec', '--offline', '--', 'node', '--import', TSX, MAIN],
]) {
  test(`SIGTERM to npm ${how[0]} ends the server, and gives its store free`, async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, 'c.yaml');
    const adapter = FILE_BASED.replace('./data', join(directory.path, 'data'));
    await writeFile(file, config(adapter));
    const npm = spawn('npm', [...how, '--config', file], { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
    await reading(npm, /the stream socket listens/);
    const server = (await below(npm.pid!)).at(-1)!;
    npm.kill('SIGTERM');
    await once(npm, 'exit');
    while (!(await isGone(server))) await wait(20);
    await using again = await startServer({ yaml: config(adapter), directory: directory.path });
    assert.match(again.log(), /store open/);
  });
}

test('a reader of standard output that is gone does not stop the start', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'c.yaml');
  await writeFile(file, config(IN_MEMORY));
  const server = spawn(process.execPath, ['--import', TSX, MAIN, '--config', file, '--log-level', 'debug'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    server.stdout.destroy();
    assert.match(await reading(server, /nobody reads standard output/), /the stream socket listens/);
    await wait(100);
    assert.equal(server.exitCode, null);
  } finally {
    server.kill('SIGTERM');
    if (server.exitCode === null) await once(server, 'exit');
  }
  assert.equal(server.exitCode, 0);
});

test('the default port of the admin listener may be taken, a chosen one may not', async (t) => {
  await using directory = await temporaryDirectory();
  const other = createServer();
  // If the machine has it in use already, so much the better.
  other.on('error', () => {});
  other.listen(3113, '127.0.0.1');
  t.after(() => other.close());
  const yaml = config(IN_MEMORY).replace('admin: false', 'admin: {}');
  await using server = await startServer({ yaml, directory: directory.path });
  assert.match(server.log(), /port 3113 on 127\.0\.0\.1 is taken/);
  assert.notEqual(new URL(server.adminUrl).port, '3113');
  assert.equal((await fetch(`${server.adminUrl}/readyz`)).status, 200);
  const chosen = yaml.replace('admin: {}', 'admin: { port: 3113 }');
  await assert.rejects(
    startServer({ yaml: chosen, directory: directory.path }),
    /port 3113 on 127\.0\.0\.1 is taken/,
  );
});

test('the log says where the store is, and how a database is named', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: config(FILE_BASED), directory: directory.path });
  assert.ok(server.log().includes(`"directory":"${join(directory.path, 'data')}"`), server.log());
  const yaml = config('name: kv\nconfig: { store_method: uri, uri: "sqlite:./x.db" }');
  await assert.rejects(startServer({ yaml, directory: directory.path }), /a path follows sqlite:\/\/, as in/);
});
