import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

function cli(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', MAIN, ...args], (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
}

test('faults in how it is called answer 2 and one sentence', async () => {
  const wrong = [
    [[], /--engine and --stream, or --target/],
    [['--engine', 'http://x', '--stream', 'ws://x'], /--engine is a ws:\/\/ or wss:\/\/ URL/],
    [['--target', 'x', '--header', 'no colon'], /NAME: VALUE/],
    [['--target', 'x', '--connect-timeout', '0'], /--connect-timeout/],
    [['--target', 'x', '--baseline', '/does/not/exist'], /ENOENT/],
    [['--target', 'x', '--profile', 'documented', '--profile', 'documented-0.23'], /two engines/],
    [['--target', 'x', '--report', 'pdf'], /--report is one of/],
    [['--engine', 'ws://127.0.0.1:1'], /belong together/],
    [['--target', 'x', '--engine', 'ws://x', '--stream', 'ws://x'], /either/],
    [['--target', 'x', '--adapter', 'sqlite'], /--adapter is one of/],
    [['--target', 'x', '--adapter', 'redis'], /--redis-url/],
    [['--target', 'x', '--only', 'nothing/*'], /no case/],
    [['--target', 'x', '--nonsense'], /nonsense/],
    [['--target', 'x', '--known-failing', '/does/not/exist'], /ENOENT/],
  ] as const;
  const answers = await Promise.all(wrong.map(([args]) => cli(...args)));
  for (const [i, { code, err }] of answers.entries()) {
    assert.equal(code, 2, err);
    assert.match(err, wrong[i]?.[1] ?? /^$/);
    assert.equal(err.trim().split('\n').length, 1, err);
  }
});

test('a list needs no target, and shows what each case proves', async () => {
  const { code, out } = await cli('--list', '--only', 'functions/get-*');
  assert.equal(code, 0);
  assert.match(out, /^functions\/get-answers-the-value-itself \(documented\)\n {4}\S/m);
});

test('a capability without a reason, or that nobody knows, is refused', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'iii-stream-'));
  try {
    const file = path.join(directory, 'capabilities.json');
    for (const text of ['{"lacks":{"auth":""}}', '{"lacks":{"magic":"a reason"}}', 'not JSON']) {
      await writeFile(file, text);
      assert.equal((await cli('--target', 'x', '--capabilities', file)).code, 2, text);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('a target that does not start stops the run, and tells why', async () => {
  const { code, out } = await cli('--target', 'exit 3', '--only', 'functions/get-answers-*');
  assert.equal(code, 1);
  assert.match(out, /STOPPED: the target command ended with 3/);
  assert.match(out, /documented +failing +0\/1 passed, 1 not run/);
});

test('a target that is not there stops the run', async () => {
  const { code, out } = await cli('--engine', 'ws://127.0.0.1:1', '--stream', 'ws://127.0.0.1:1');
  assert.equal(code, 1);
  assert.match(out, /STOPPED: nobody listens at ws:\/\/127.0.0.1:1/);
});
