import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CASES } from '../cases/index.js';
import { run } from '../runner/run.js';
import { select } from '../runner/select.js';
import type { Target } from '../runner/target.js';
import { FixedTargets, LaunchedTargets } from '../runner/targets.js';
import { type BuiltTarget, buildTarget } from '../testing/built-target.js';
import { BrokenTargets } from './broken-targets.js';
import { DRIFTS, drift } from './original/index.js';

describe('a server with the drifts of engine 0.11.6', () => {
  let built: BuiltTarget;
  let servers: LaunchedTargets;
  before(async () => {
    built = await buildTarget();
    servers = new LaunchedTargets(built.launcher);
  });
  after(async () => {
    await servers[Symbol.asyncDispose]();
    await built[Symbol.asyncDispose]();
  });

  /** Ids of the cases that fail, with their reasons. */
  async function failures({ engine, stream }: Target, concurrency: number): Promise<[string, string][]> {
    const cases = select(CASES, { only: [], skip: [], profiles: ['documented'] });
    const results = await run(cases, {
      targets: new FixedTargets(engine, stream),
      facts: { adapter: 'in_memory', canLaunch: false, lacks: {} },
      base: { adapter: 'in_memory' },
      concurrency,
      silenceMs: 5_000,
      patience: 6,
    });
    return results.flatMap(({ id, outcome, reason = '' }) =>
      outcome === 'failed' || outcome === 'not-run' ? [[id, reason] as [string, string]] : [],
    );
  }

  for (const concurrency of [1, 8, 32]) {
    test(`fails the same cases at concurrency ${concurrency}`, async () => {
      await using drifting = new BrokenTargets(servers, drift);
      const failed = await failures(await drifting.shared({ adapter: 'in_memory' }), concurrency);
      const sentences = failed.map(([id, reason]) => `${id}: ${reason}`).join('\n');
      assert.deepEqual(
        failed.map(([id]) => id),
        DRIFTS,
        sentences,
      );
    });
  }
});
