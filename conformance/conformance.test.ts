import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CASES } from './cases/index.js';
import { badges } from './report/summary.js';
import { run } from './runner/run.js';
import { select } from './runner/select.js';
import type { TargetConfig } from './runner/target.js';
import { LaunchedTargets } from './runner/targets.js';
import { type BuiltTarget, buildTarget } from './testing/built-target.js';
import { startRedis } from './testing/redis.js';

/** What an adapter is not about. */
const INAPPLICABLE: Readonly<Record<TargetConfig['adapter'], readonly string[]>> = {
  in_memory: ['durability', 'multi-node'],
  file_based: ['multi-node'],
  redis: [],
};

describe('our server', () => {
  let built: BuiltTarget;
  before(async () => {
    built = await buildTarget();
  });
  after(() => built[Symbol.asyncDispose]());

  async function passesEverything(base: TargetConfig): Promise<void> {
    await using targets = new LaunchedTargets(built.launcher);
    const facts = { adapter: base.adapter, canLaunch: true, lacks: {} };
    const cases = select(CASES, { only: [], skip: [], profiles: [] });
    const results = await run(cases, { targets, facts, base, patience: 6 });
    const failed = results.filter(({ outcome }) => outcome === 'failed');
    const sentences = failed.map(({ id, reason, trace = [] }) =>
      [id, reason, ...trace.slice(-20)].join('\n'),
    );
    assert.equal(failed.length, 0, sentences.join('\n\n'));
    const states = new Map(badges(results).map(({ profile, state }) => [profile, state]));
    for (const profile of new Set(cases.map((one) => one.profile))) {
      const isApplicable = !INAPPLICABLE[base.adapter].includes(profile);
      assert.equal(states.get(profile), isApplicable ? 'passed' : 'not-applicable', profile);
    }
  }

  test('passes every profile on kv in_memory', () => passesEverything({ adapter: 'in_memory' }));
  test('passes every profile on kv file_based', () => passesEverything({ adapter: 'file_based' }));
  test('passes every profile on redis', async () => {
    await using redis = await startRedis();
    await passesEverything({ adapter: 'redis', redis_url: redis.url });
  });
});
