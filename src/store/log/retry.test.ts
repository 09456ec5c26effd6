import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Retry } from './retry.js';

/** Lets the attempts that were begun end. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('pauses grow from 0.25 s to 10 s; whoever waits shortens them to a second', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  const attempts: number[] = [];
  let works = false;
  const retry = new Retry(
    async () => {
      attempts.push(now);
      return works;
    },
    () => now,
  );
  const pass = async (ms: number, isWanted: boolean): Promise<void> => {
    for (const end = now + ms; now < end; ) {
      now += 50;
      t.mock.timers.tick(50);
      if (isWanted) retry.hurry();
      await turn();
    }
  };
  const pauses = (): number[] => attempts.map((at, n) => at - (attempts[n - 1] ?? 0));

  retry.start();
  await pass(40_000, false);
  assert.deepEqual(pauses(), [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);

  attempts.length = 0;
  now = 0;
  retry.start();
  await pass(5_000, true);
  assert.deepEqual(pauses(), [250, 500, 1_000, 1_000, 1_000, 1_000]);

  works = true;
  await pass(1_000, true);
  attempts.length = 0;
  await pass(20_000, true);
  assert.deepEqual(attempts, [], 'it ended');
});
