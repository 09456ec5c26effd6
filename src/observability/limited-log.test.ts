import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LimitedLog } from './limited-log.js';
import { createLogger } from './logger.js';

interface Line {
  readonly msg: string;
  readonly n: number;
  readonly repeated?: number;
}

function open() {
  const lines: Line[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line) as Line) };
  return { lines, log: new LimitedLog(createLogger({ level: 'info', format: 'json', stream })) };
}

test('the first line of a kind is written at once, what repeats it within the window as one, with its number', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { lines: written, log } = open();
  const lines = () => written.splice(0);
  for (let n = 1; n <= 3; n += 1) log.write('warn', 'a', { n }, 'a');
  log.write('error', 'b', { n: 1 }, 'b');
  assert.deepEqual(
    lines().map(({ msg, n, repeated }) => [msg, n, repeated]),
    [
      ['a', 1, undefined],
      ['b', 1, undefined],
    ],
  );
  t.mock.timers.tick(10_000);
  assert.deepEqual(
    lines().map(({ msg, n, repeated }) => [msg, n, repeated]),
    [['a', 3, 2]],
  );
  log.write('warn', 'a', { n: 4 }, 'a');
  assert.equal(lines().length, 0);
  t.mock.timers.tick(10_000);
  t.mock.timers.tick(10_000);
  assert.equal(lines().length, 1);
  log.write('warn', 'a', { n: 5 }, 'a');
  assert.deepEqual(
    lines().map(({ n, repeated }) => [n, repeated]),
    [[5, undefined]],
  );
});

test('kinds that are made up without end share one line', () => {
  const { lines, log } = open();
  for (let n = 0; n < 1_000; n += 1) log.write('warn', `kind ${n}`, {}, 'x');
  assert.equal(lines.length, 257);
});
