import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs } from './backoff.js';

test('waits between attempts double up to the longest, and differ', () => {
  const bounds = { firstMs: 100, longestMs: 3_000 };
  const waits = [0, 1, 2, 5, 50, 5_000].map((attempt) => [
    backoffMs(attempt, bounds, () => 0),
    backoffMs(attempt, bounds, () => 1),
  ]);
  assert.deepEqual(waits, [
    [50, 100],
    [100, 200],
    [200, 400],
    [1_500, 3_000],
    [1_500, 3_000],
    [1_500, 3_000],
  ]);
});
