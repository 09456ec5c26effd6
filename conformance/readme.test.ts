import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** A block of code in a step: its language, what follows it on the line, and its lines without the step's indent. */
const BLOCK = /^ {3}```(\w+) ?(\S*)\n([\s\S]*?)^ {3}```$/gm;

interface Block {
  readonly language: string;
  readonly file: string;
  readonly text: string;
}

async function blocks(): Promise<readonly Block[]> {
  const readme = await readFile(path.join(ROOT, 'conformance/README.md'), 'utf8');
  return [...readme.matchAll(BLOCK)].map(([, language = '', file = '', text = '']) => ({
    language,
    file,
    text: text.replace(/^ {3}/gm, ''),
  }));
}

/** A directory in which `npm install ws iii-stream` was called, as far as the steps can tell. */
async function installed(): Promise<{ directory: string } & AsyncDisposable> {
  const directory = await mkdtemp(path.join(tmpdir(), 'iii-stream-readme-'));
  const bin = path.join(directory, 'node_modules/.bin');
  await mkdir(bin, { recursive: true });
  await symlink(path.join(ROOT, 'node_modules/ws'), path.join(directory, 'node_modules/ws'), 'dir');
  const command = path.join(bin, 'iii-stream-conformance');
  const tsx = import.meta.resolve('tsx');
  const main = path.join(ROOT, 'conformance/main.ts');
  await writeFile(command, `#!/bin/sh\nexec "${process.execPath}" --import "${tsx}" "${main}" "$@"\n`);
  await chmod(command, 0o755);
  await writeFile(path.join(directory, 'package.json'), '{"private":true}');
  return { directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}

const shell = (script: string, cwd: string): Promise<string> =>
  new Promise((resolve) => {
    // What the grader prints counts, not its exit code: an incomplete server fails.
    execFile('sh', ['-c', script], { cwd, maxBuffer: 1e7 }, (_error, out, err) => resolve(out + err));
  });

/** Fails unless the lines come in this order; `…` stands for anything, alone on a line for any lines. */
function assertShows(output: string, expected: string): void {
  const lines = output.split('\n');
  let at = 0;
  for (const text of expected.trimEnd().split('\n')) {
    if (text.trim() === '…') continue;
    const pattern = text
      .trim()
      .split('…')
      .map((part) => part.replace(/[\\^$.|?+()[\]{}*]/g, '\\$&'));
    const found = lines.slice(at).findIndex((line) => new RegExp(`^\\s*${pattern.join('.*')}$`).test(line));
    assert(found >= 0, `"${text}" is shown after line ${at} of:\n${output}`);
    at += found + 1;
  }
}

test('the five steps of the README work word for word', async () => {
  await using place = await installed();
  let output = '';
  let steps = 0;
  for (const { language, file, text } of await blocks()) {
    if (file !== '') await writeFile(path.join(place.directory, file), text);
    else if (language === 'sh') output = await shell(text, place.directory);
    else if (language === 'text') assertShows(output, text);
    steps += 1;
  }
  assert(steps >= 9, 'the README has its steps');
  const badge = JSON.parse(await readFile(path.join(place.directory, 'badge.json'), 'utf8')) as object;
  assert.match(JSON.stringify(badge), /"schemaVersion":1/);
});

test('the server of the README has 60 lines', async () => {
  const [server] = await blocks();
  assert.equal(server?.file, 'server.mjs');
  assert.equal(server.text.trimEnd().split('\n').length, 60);
});
