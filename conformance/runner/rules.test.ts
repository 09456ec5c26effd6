import { AssertionError } from 'node:assert';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blameOf, CallFailed, TargetFault } from '../wire/faults.js';
import { Inbox } from '../wire/inbox.js';
import type { Case } from './case.js';
import { globToRegExp, matchesAny } from './glob.js';
import { judge } from './known-failing.js';
import type { Outcome, Result } from './result.js';
import { run } from './run.js';
import { notApplicable, select } from './select.js';
import { FixedTargets } from './targets.js';

const result = (id: string, outcome: Outcome): Result => ({
  id,
  outcome,
  profile: 'documented',
  ms: 0,
  reason: 'why',
});
const makeCase = (id: string, more: Partial<Case> = {}): Case => ({
  id,
  profile: 'documented',
  run: async () => {},
  ...more,
});

test('* stays within a segment, ** goes across, and nothing else has a meaning', () => {
  assert(globToRegExp('socket/*').test('socket/a-claim'));
  assert(!globToRegExp('*').test('socket/a-claim'));
  assert(globToRegExp('**').test('socket/a-claim'));
  assert(globToRegExp('socket/a*m').test('socket/a-claim'));
  assert(!globToRegExp('socket/a.claim').test('socket/a-claim'));
  assert(!globToRegExp('claim').test('socket/a-claim'));
  assert(!matchesAny('socket/a-claim', []));
});

test('--only and --skip choose by id, --profile by profile', () => {
  const cases = [makeCase('a/x'), makeCase('a/y'), makeCase('b/x', { profile: 'strict' })];
  const ids = (only: string[], skip: string[], profiles: Case['profile'][] = []): string[] =>
    select(cases, { only, skip, profiles }).map(({ id }) => id);
  assert.deepEqual(ids([], []), ['a/x', 'a/y', 'b/x']);
  assert.deepEqual(ids(['a/*'], ['*/y']), ['a/x']);
  assert.deepEqual(ids([], [], ['strict']), ['b/x']);
});

test('a known failure does not fail a run', () => {
  const verdict = judge([result('a/x', 'failed'), result('a/y', 'passed')], { 'a/x': 'a reason' }, [
    'a/x',
    'a/y',
  ]);
  assert(verdict.passed);
  assert.equal(verdict.results[0]?.outcome, 'known-failing');
  assert.match(verdict.results[0]?.reason ?? '', /a reason/);
});

test('a failure that nobody knows fails a run', () => {
  assert(
    !judge([result('a/x', 'failed'), result('a/y', 'failed')], { 'a/x': 'a reason' }, ['a/x', 'a/y']).passed,
  );
});

test('a known failure that passes fails a run', () => {
  const verdict = judge([result('a/x', 'passed')], { 'a/*': 'a reason' }, ['a/x']);
  assert(!verdict.passed);
  assert.deepEqual(verdict.stale, ['a/*: a/x passes']);
});

test('a pattern that names no case fails a run, one of cases that were not chosen does not', () => {
  assert.deepEqual(judge([], { 'z/*': 'a reason' }, ['a/x']).stale, ['z/*: names no case']);
  assert(judge([], { 'a/*': 'a reason' }, ['a/x']).passed);
});

test('a case that a target cannot be asked about is not applicable, with the reason', () => {
  const facts = { adapter: 'in_memory', canLaunch: true, lacks: { auth: 'no auth yet' } } as const;
  assert.equal(notApplicable(makeCase('a/x'), facts), undefined);
  assert.match(notApplicable(makeCase('a/x', { needs: ['auth'] }), facts) ?? '', /no auth yet/);
  assert.match(notApplicable(makeCase('a/x', { adapters: ['redis'] }), facts) ?? '', /redis/);
  assert.match(
    notApplicable(makeCase('a/x', { own: true }), { ...facts, canLaunch: false }) ?? '',
    /--target/,
  );
});

test('the target is blamed for what it did, the harness for everything else', () => {
  assert.equal(blameOf(new AssertionError({ message: 'x' })), 'target');
  assert.equal(blameOf(new TargetFault('x')), 'target');
  assert.equal(blameOf(new CallFailed('f', 'c', 'm')), 'target');
  assert.equal(blameOf(new TypeError('x')), 'harness');
});

test('a silent target ends a case by its time, and the sentence says what was waited for', async () => {
  const waiting = makeCase('a/x', {
    timeoutMs: 20,
    run: async (t) => void (await new Inbox<never>(t.waits).next('a sign of life')),
  });
  await using targets = new FixedTargets('ws://127.0.0.1:1', 'ws://127.0.0.1:1');
  const facts = { adapter: 'in_memory', canLaunch: false, lacks: {} } as const;
  const [only] = await run([waiting], { targets, facts, base: { adapter: 'in_memory' } });
  assert.equal(only?.outcome, 'failed');
  assert.equal(only?.blame, 'target');
  assert.equal(only?.reason, 'waited 20 ms for a sign of life');
});

test('a fault of a case is blamed on the harness', async () => {
  const broken = makeCase('a/x', {
    run: () => Promise.reject(new TypeError('a bug')),
  });
  await using targets = new FixedTargets('ws://127.0.0.1:1', 'ws://127.0.0.1:1');
  const facts = { adapter: 'in_memory', canLaunch: false, lacks: {} } as const;
  const [only] = await run([broken], { targets, facts, base: { adapter: 'in_memory' } });
  assert.equal(only?.blame, 'harness');
});
