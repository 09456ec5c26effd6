import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WORKER_MESSAGE } from '../../generated/constants.js';
import { CASES } from '../cases/index.js';
import { run } from '../runner/run.js';
import { select } from '../runner/select.js';
import { FixedTargets, LaunchedTargets } from '../runner/targets.js';
import { startAttached } from '../testing/attached-server.js';
import { buildTarget } from '../testing/built-target.js';
import { BrokenTargets } from './broken-targets.js';
import type { Damages } from './defect.js';
import { callsOvertake, traceContextIsDropped } from './original/calls.js';
import { laterTypesGetNoTriggers } from './original/trigger-types.js';
import { together } from './together.js';

/** Results that are null arrive as none, whoever offers the function. */
const nullsAreDropped = (): Damages => ({
  engine: () => ({
    down: ({ result, ...rest }) =>
      rest.type === WORKER_MESSAGE.invocationResult && result === null ? [rest] : undefined,
  }),
});

test('what the engine between decides is blamed on it, and nothing on the server that is attached', async () => {
  await using built = await buildTarget();
  await using engines = new LaunchedTargets(built.launcher);
  await using original = new BrokenTargets(engines, () =>
    together([nullsAreDropped(), callsOvertake(), traceContextIsDropped(), laterTypesGetNoTriggers()]),
  );
  const { engine: behind } = await engines.shared({ adapter: 'in_memory' });
  await using server = await startAttached(built.dist, behind);
  const { engine } = await original.shared({ adapter: 'in_memory' });
  const cases = select(CASES, { only: [], skip: [], profiles: ['documented', 'strict'] });
  const results = await run(cases, {
    targets: new FixedTargets(engine, server.stream),
    facts: { adapter: 'in_memory', canLaunch: false, lacks: {} },
    base: { adapter: 'in_memory' },
    isAttached: true,
    patience: 6,
    silenceMs: 5_000,
  });
  const failed = results.filter(({ outcome }) => outcome === 'failed' || outcome === 'not-run');
  assert.deepEqual(
    failed.map(({ id, reason }) => `${id}: ${reason}`),
    [],
  );
  const attributed = results.filter(({ blame }) => blame === 'engine').map(({ id }) => id);
  assert.deepEqual(attributed, [
    'socket/what-one-worker-sends-at-once-comes-in-the-order-sent',
    'triggers/stream-fires-in-commit-order',
    'worker-protocol/any-json-travels-both-ways',
    'worker-protocol/a-get-sees-the-fire-and-forget-set-before-it',
    'worker-protocol/calls-of-one-worker-take-effect-in-their-order',
    'worker-protocol/the-trace-context-travels-with-a-call',
    'worker-protocol/a-trigger-waits-for-its-type',
    'worker-protocol/unknown-fields-of-messages-are-ignored',
  ]);
});
