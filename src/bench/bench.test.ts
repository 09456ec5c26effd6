import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { markdown } from './report.js';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Runs the benchmark as `npm run bench` does. What it measures is of no interest here. */
async function bench(...args: string[]): Promise<string> {
  const command = ['--import', import.meta.resolve('tsx'), MAIN, '--quick', ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, { timeout: 50_000 });
  return stdout;
}

test('a quick run starts its servers, counts every delivery and prints a table of ratios', async () => {
  const table = await bench('--only', 'fan-out/100');
  assert.match(
    table,
    /\| fan-out\/100 \| iii-stream \| [\d,.]+ deliveries\/s \| redis \| [\d,.]+ deliveries\/s \| \d+\.\d\d \|/,
  );
  assert.doesNotMatch(table, /NaN|Infinity/);
});

test('a name that no scenario has is a failure', async () => {
  await assert.rejects(bench('--only', 'no-such-scenario'), { code: 1 });
});

test('what could not be measured is named below the table', () => {
  const failures = [{ scenario: 'fan-out/5000', reason: 'connect EMFILE' }];
  assert.match(markdown([], failures), /\n\nNot measured: fan-out\/5000: connect EMFILE\n/);
  assert.doesNotMatch(markdown([], []), /Not measured/);
});
