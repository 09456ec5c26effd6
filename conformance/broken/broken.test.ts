import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CASES } from '../cases/index.js';
import { matchesAny } from '../runner/glob.js';
import { LaunchedTargets } from '../runner/targets.js';
import { type BuiltTarget, buildTarget } from '../testing/built-target.js';
import { gradeBroken } from './break.js';
import { DEFECTS } from './defects/index.js';

/** Defects that are graded at one time, each lane on servers of its own. */
const LANES = 2;

describe('a broken target', { concurrency: LANES }, () => {
  let built: BuiltTarget;
  const free: LaunchedTargets[] = [];
  const waiting: ((targets: LaunchedTargets) => void)[] = [];

  before(async () => {
    built = await buildTarget();
    for (let i = 0; i < LANES; i++) free.push(new LaunchedTargets(built.launcher));
  });
  after(async () => {
    for (const targets of free) await targets[Symbol.asyncDispose]();
    await built[Symbol.asyncDispose]();
  });

  const take = async (): Promise<LaunchedTargets> =>
    free.pop() ?? new Promise<LaunchedTargets>((resolve) => waiting.push(resolve));
  const give = (targets: LaunchedTargets): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(targets);
    else next(targets);
  };

  for (const defect of DEFECTS) {
    test(`with ${defect.id} fails exactly the cases that are about it`, async () => {
      const targets = await take();
      try {
        const results = await gradeBroken(targets, defect);
        const red = results.filter(({ outcome }) => outcome === 'failed');
        const expected = results.filter(({ id }) => matchesAny(id, defect.breaks)).map(({ id }) => id);
        const reasons = red.map(({ id, blame, reason }) => `${id} (${blame}): ${reason}`).join('\n');
        assert.deepEqual(
          red.map(({ id }) => id),
          expected,
          `failed:\n${reasons}`,
        );
        assert.deepEqual(
          red.filter(({ blame }) => blame !== 'target'),
          [],
        );
      } finally {
        give(targets);
      }
    });
  }
});

test('every pattern of a defect names cases, among those that run', () => {
  assert(DEFECTS.length >= 25);
  for (const { id, among, breaks } of DEFECTS) {
    const running = CASES.filter((one) => matchesAny(one.id, among));
    for (const glob of breaks) {
      assert(
        running.some((one) => matchesAny(one.id, [glob])),
        `${id}: ${glob} names no case that runs`,
      );
    }
    const broken = running.filter((one) => matchesAny(one.id, breaks));
    assert(broken.length > 0, `${id} breaks something`);
    assert(broken.length < running.length, `${id} has neighbours that stay green`);
  }
});
