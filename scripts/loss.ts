// Long runs over losses of the local store: `node --import tsx scripts/loss.ts --rounds 200 [--durability interval] [--seed 1]`.
import { parseArgs } from 'node:util';
import { lossRounds } from '../src/store/local/testing/loss-rounds.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    durability: { type: 'string', default: 'interval' },
    seed: { type: 'string', default: '1' },
  },
});
const ends = new Map<string, number>();
await lossRounds({
  durability: values.durability === 'always' ? 'always' : 'interval',
  rounds: Number(values.rounds),
  seed: Number(values.seed),
  onRound: (_, end) => ends.set(end, (ends.get(end) ?? 0) + 1),
});
console.log(`${values.rounds} rounds, every copy equal, timestamps rising:`, Object.fromEntries(ends));
