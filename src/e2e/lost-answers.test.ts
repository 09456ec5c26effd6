import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RedisServer } from '../store/testing/redis-server.js';
import { lostAnswers } from './testing/lost-answers.js';
import { FILE_BASED } from './testing/server.js';

const ROUNDS = 100;

test('writes whose answer a kill took are repeated by their key and take effect once: file_based', {
  timeout: 120_000,
}, async (t) => {
  const { lost, duplicates, kills } = await lostAnswers({ rounds: ROUNDS, adapter: FILE_BASED });
  t.diagnostic(`${lost} answers lost by ${kills} kills, ${duplicates} had been applied`);
  assert(lost >= ROUNDS);
});

test('writes whose answer a kill took are repeated by their key and take effect once: redis', {
  timeout: 120_000,
}, async (t) => {
  await using redis = await RedisServer.start();
  const adapter = `name: redis\nconfig: { redis_url: "${redis.url}" }`;
  const { lost, duplicates, kills } = await lostAnswers({ rounds: ROUNDS, adapter });
  t.diagnostic(`${lost} answers lost by ${kills} kills, ${duplicates} had been applied`);
  assert(lost >= ROUNDS);
});
