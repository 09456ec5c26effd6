import { CASES } from '../cases/index.js';
import type { Result } from '../runner/result.js';
import { run } from '../runner/run.js';
import { select } from '../runner/select.js';
import type { Targets } from '../runner/target.js';
import { BrokenTargets } from './broken-targets.js';
import type { Defect } from './defect.js';

/** A silent target is noticed in this share of the usual time. */
const PATIENCE = 0.4;

/** Needs a client that stops taking bytes, which the proxy between keeps on taking: it would be red or green by chance. */
const NOT_THROUGH_A_PROXY = ['limits/a-client-that-takes-nothing-is-dropped'];

/** Grades a server that works through a defect. */
export async function gradeBroken(inner: Targets, defect: Defect): Promise<readonly Result[]> {
  await using targets = new BrokenTargets(inner, defect);
  const { adapter = 'in_memory', among } = defect;
  return await run(select(CASES, { only: among, skip: NOT_THROUGH_A_PROXY, profiles: [] }), {
    targets,
    facts: { adapter, canLaunch: true, lacks: {} },
    base: { adapter },
    concurrency: 16,
    patience: PATIENCE,
  });
}
