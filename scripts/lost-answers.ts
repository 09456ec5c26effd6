// Long runs of lost answers: `node --import tsx scripts/lost-answers.ts --rounds 1000`.
import { parseArgs } from 'node:util';
import { lostAnswers } from '../src/e2e/testing/lost-answers.js';
import { FILE_BASED } from '../src/e2e/testing/server.js';
import { RedisServer } from '../src/store/testing/redis-server.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '1000' } } });
const rounds = Number(values.rounds);
await using redis = await RedisServer.start();
const adapters = { file_based: FILE_BASED, redis: `name: redis\nconfig: { redis_url: "${redis.url}" }` };
for (const [name, adapter] of Object.entries(adapters)) {
  const { lost, duplicates, kills } = await lostAnswers({ rounds, adapter });
  console.log(
    `${name}: ${lost} answers lost by ${kills} kills, ${duplicates} had been applied: each write took effect once`,
  );
}
