// Long crash runs: `node --import tsx scripts/crash.ts --rounds 100 [--lossy] [--ms 420] [--value-bytes 600]`.
// With `--ms 4000 --value-bytes 30000` a server lives long enough to write over old segments of its log.
import { parseArgs } from 'node:util';
import { crashRounds } from '../src/e2e/testing/crash-rounds.js';
import { FAULTY_MAIN } from '../src/e2e/testing/server.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    /** Each kill also loses what was not synced. */
    lossy: { type: 'boolean', default: false },
    ms: { type: 'string' },
    'value-bytes': { type: 'string' },
  },
});
const acknowledged = await crashRounds({
  rounds: Number(values.rounds),
  ...(values.ms === undefined ? {} : { maxMs: Number(values.ms) }),
  ...(values['value-bytes'] === undefined ? {} : { valueBytes: Number(values['value-bytes']) }),
  ...(values.lossy ? { main: FAULTY_MAIN, env: { LOSSY: '1' } } : {}),
  onRound: (round, writes) => console.log(`round ${round}: ${writes} writes acknowledged`),
});
console.log(`${values.rounds} kills, ${acknowledged} acknowledged writes, none lost`);
