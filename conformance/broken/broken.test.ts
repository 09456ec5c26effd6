import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { CASES } from '../cases/index.js';
import { matchesAny } from '../runner/glob.js';
import type { Result } from '../runner/result.js';
import { LaunchedTargets } from '../runner/targets.js';
import { type BuiltTarget, buildTarget } from '../testing/built-target.js';
import { gradeBroken } from './break.js';
import type { Defect } from './defect.js';
import { DEFECTS } from './defects/index.js';

/**
 * Runs that a defect gets. A machine that stalls for a moment can turn a neighbour red; a defect that is not caught, or
 * catches more than it names, does so in every run.
 */
const RUNS = 3;

/** Defects that are graded at one time, each lane on servers of its own. */
const LANES = 3;

interface Graded {
  readonly red: readonly Result[];
  readonly expected: readonly string[];
}

/** The first run in which exactly the named cases are red, else the last. */
async function graded(targets: LaunchedTargets, defect: Defect): Promise<Graded> {
  for (let left = RUNS; ; left--) {
    const results = await gradeBroken(targets, defect);
    const red = results.filter(({ outcome }) => outcome === 'failed');
    const expected = results.filter(({ id }) => matchesAny(id, defect.breaks)).map(({ id }) => id);
    if (
      left === 1 ||
      isDeepStrictEqual(
        red.map(({ id }) => id),
        expected,
      )
    )
      return { red, expected };
  }
}

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
        const { red, expected } = await graded(targets, defect);
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
