// Long crash runs: `node --import tsx scripts/crash.ts --rounds 100 [--lossy]`.
import { parseArgs } from 'node:util';
import { crashRounds } from '../src/e2e/testing/crash-rounds.js';
import { FAULTY_MAIN } from '../src/e2e/testing/server.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    /** Each kill also loses what was not synced. */
    lossy: { type: 'boolean', default: false },
  },
});
const acknowledged = await crashRounds({
  rounds: Number(values.rounds),
  ...(values.lossy ? { main: FAULTY_MAIN, env: { LOSSY: '1' } } : {}),
  onRound: (round, writes) => console.log(`round ${round}: ${writes} writes acknowledged`),
});
console.log(`${values.rounds} kills, ${acknowledged} acknowledged writes, none lost`);
