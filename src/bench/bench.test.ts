import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Ratio } from './measure.js';
import { markdown } from './report.js';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Runs the benchmark as `npm run bench` does. What it measures is of no interest here. */
async function bench(...args: string[]): Promise<string> {
  const command = ['--import', import.meta.resolve('tsx'), MAIN, '--quick', ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, { timeout: 150_000 });
  return stdout;
}

test('a quick run starts its servers, counts every delivery, and shows no figures of cold processes', async () => {
  const text = await bench('--only', 'fan-out/100');
  assert.match(text, /^fan-out\/100: ran on iii-stream, raw-ws, raw-frame, socket-io, redis$/m);
  assert.doesNotMatch(text, /deliveries\/s|failed/);
});

test('the table has the median ratio, and that of the worst and the best round', () => {
  const ratio: Ratio = {
    of: 'a',
    to: 'b',
    ratio: 0.9,
    spread: [0.7, 1.1],
    cpuRatio: 0.95,
    atLeast: 0.8,
    atMost: undefined,
  };
  const series = ['a', 'b'].map((name) => ({ name, median: 1000, perCpu: 1, figures: [1000] }));
  const result = { scenario: 's', unit: 'calls/s', bound: undefined, series, ratios: [ratio] };
  assert.match(
    markdown([result], []),
    /\| s \| a \| 1,000 calls\/s \| b \| 1,000 calls\/s \| 0\.90 \| 0\.70-1\.10 \| 0\.95 \| ≥ 0\.8 \| yes \|/,
  );
});

test('a name that no scenario has is a failure', async () => {
  await assert.rejects(bench('--only', 'no-such-scenario'), { code: 1 });
});

test('what could not be measured is named below the table', () => {
  const failures = [{ scenario: 'fan-out/5000', reason: 'connect EMFILE' }];
  assert.match(markdown([], failures), /\n\nNot measured: fan-out\/5000: connect EMFILE\n/);
  assert.doesNotMatch(markdown([], []), /Not measured/);
});
