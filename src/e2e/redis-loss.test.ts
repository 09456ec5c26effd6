import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { lossRounds } from './testing/loss-rounds.js';
import { LOSSY_REDIS } from './testing/lossy-redis.js';

/** `LOSS_ROUNDS=200` is a long run. */
const ROUNDS = Number(process.env.LOSS_ROUNDS ?? 3);
const ROUND_MS = 12_000;
const BROKEN_MAIN = fileURLToPath(new URL('./testing/broken-redis-main.ts', import.meta.url));

for (const redis of Object.keys(LOSSY_REDIS) as (keyof typeof LOSSY_REDIS)[]) {
  test(`every copy ends equal to the list, and timestamps rise: Redis with ${redis}`, {
    timeout: 30_000 + ROUNDS * ROUND_MS,
  }, async () => {
    await lossRounds({ redis, rounds: ROUNDS });
  });
}

for (const [fault, redis] of [
  ['keeps its epoch', 'snapshots and kill -9'],
  ['equal first stamp', 'append-only file'],
  ['half a commit', 'append-only file'],
] as const) {
  test(`a server that ${fault} is found out`, { timeout: 30_000 + 10 * ROUND_MS }, async () => {
    await assert.rejects(
      lossRounds({ redis, rounds: 10, main: BROKEN_MAIN, env: { BROKEN_REDIS: fault } }),
      (error) => {
        assert.match(String(error), /timestamp|a copy at|seq |epoch|sync at|which is not there/);
        return true;
      },
    );
  });
}
