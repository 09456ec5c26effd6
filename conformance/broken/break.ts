import { CASES } from '../cases/index.js';
import type { Result } from '../runner/result.js';
import { run } from '../runner/run.js';
import { select } from '../runner/select.js';
import type { Targets } from '../runner/target.js';
import { BrokenTargets } from './broken-targets.js';
import type { Defect } from './defect.js';

/** Multiplies the time of a case: it ends by silence, and a busy machine may take long for what is never silent. */
const PATIENCE = 6;
/** Milliseconds of silence that end a case: the server behind the defect is fast. */
const SILENCE_MS = 5_000;

/** Needs a client that stops taking bytes, which the proxy between keeps on taking: it would be red or green by chance. */
const NOT_THROUGH_A_PROXY = ['limits/a-client-that-takes-nothing-is-dropped'];

/** Grades a server that works through a defect. */
export async function gradeBroken(inner: Targets, defect: Defect): Promise<readonly Result[]> {
  await using targets = new BrokenTargets(inner, defect.damage);
  const { adapter = 'in_memory', among } = defect;
  return await run(select(CASES, { only: among, skip: NOT_THROUGH_A_PROXY, profiles: [] }), {
    targets,
    facts: { adapter, canLaunch: true, lacks: {} },
    base: { adapter },
    concurrency: 8,
    patience: PATIENCE,
    silenceMs: SILENCE_MS,
  });
}
