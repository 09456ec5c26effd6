import { AssertionError } from 'node:assert';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lacksBeside } from '../capabilities.js';
import { blameOf, CallFailed, TargetFault } from '../wire/faults.js';
import type { Case } from './case.js';
import { globToRegExp, matchesAny } from './glob.js';
import { judge } from './known-failing.js';
import type { Outcome, Result } from './result.js';
import { notApplicable, select } from './select.js';

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

test('a target that states what it offers lacks the rest', () => {
  const lacks = lacksBeside(['auth']);
  assert.equal(lacks.auth, undefined);
  assert.match(lacks.update ?? '', /not among what the target offers/);
});

test('a profile of a newer engine has its own cases, and those that it left alone', () => {
  const cases = [
    makeCase('a/x'),
    makeCase('a/y'),
    makeCase('a/y-now', { profile: 'documented-0.23', replaces: 'a/y' }),
    makeCase('b/x', { profile: 'strict' }),
  ];
  const chosen = (profiles: Case['profile'][]): unknown[] =>
    select(cases, { only: [], skip: [], profiles }).map(({ id, profile }) => [id, profile]);
  assert.deepEqual(chosen(['documented-0.23']), [
    ['a/x', 'documented-0.23'],
    ['a/y-now', 'documented-0.23'],
  ]);
  assert.deepEqual(chosen([]), [
    ['a/x', 'documented'],
    ['a/y', 'documented'],
    ['b/x', 'strict'],
  ]);
});
