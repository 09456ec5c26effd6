import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readOptions } from './options.js';
import { UsageError } from './usage-error.js';

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
    [['--target', 'x', '--nonsense'], /nonsense/],
    [['--target', 'x', '--known-failing', '/does/not/exist'], /ENOENT/],
  ] as const;
  for (const [args, pattern] of wrong) {
    await assert.rejects(readOptions(args), (error: unknown) => {
      assert(error instanceof UsageError, String(error));
      assert.match(error.message, pattern);
      assert.equal(error.message.trim().split('\n').length, 1);
      return true;
    });
  }
  const { code, err } = await cli('--target', 'x', '--only', 'nothing/*');
  assert.deepEqual([code, err], [2, 'no case is chosen\n']);
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
      await assert.rejects(readOptions(['--target', 'x', '--capabilities', file]), UsageError, text);
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

test('a report is rendered and compared without a run; only what got worse fails', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'iii-stream-'));
  try {
    const file = async (name: string, outcomes: Record<string, string>): Promise<string> => {
      const cases = Object.entries(outcomes).map(([id, outcome]) => ({
        id,
        profile: 'documented',
        outcome,
        reason: 'a reason',
        blame: 'target',
        cites: [],
      }));
      const report = {
        format: 'iii-stream-conformance/1',
        suite: '1',
        target: 'a target',
        adapter: 'in_memory',
      };
      const text = JSON.stringify({
        ...report,
        attached: false,
        passed: false,
        badges: [],
        causes: [],
        stale: [],
        cases,
      });
      await writeFile(path.join(directory, name), text);
      return path.join(directory, name);
    };
    const before = await file('before.json', { 'a/x': 'failed', 'a/y': 'failed' });
    const after = await file('after.json', { 'a/x': 'passed', 'a/y': 'failed' });
    const badge = path.join(directory, 'badge.json');
    const better = await cli('--from', after, '--baseline', before, '--report', `badge=${badge}`);
    assert.equal(better.code, 0, better.err);
    assert.match(better.out, /1 better\n {4}a\/x \(failed → passed\)/);
    assert.match(await readFile(badge, 'utf8'), /documented 1\/2/);
    const worse = await cli('--from', before, '--baseline', after);
    assert.equal(worse.code, 1);
    assert.match(worse.out, /1 worse\n {4}a\/x \(passed → failed\)/);
    const stopped = await file('stopped.json', { 'a/x': 'passed', 'a/y': 'not-run' });
    assert.equal((await cli('--from', stopped, '--baseline', before)).code, 1, 'nothing is known of a/y');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('a target that is being started ends with the grader', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'iii-stream-'));
  try {
    const file = path.join(directory, 'pid');
    const target = `echo $$ > ${file}.tmp; mv ${file}.tmp ${file}; exec sleep 300`;
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, '--target', target], { stdio: 'ignore' });
    const exited = once(child, 'exit');
    let pid = '';
    while (pid === '') pid = await readFile(file, 'utf8').catch(() => '');
    child.kill('SIGTERM');
    assert.equal((await exited)[0], 143);
    assert.throws(() => process.kill(Number(pid), 0), { code: 'ESRCH' });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
