import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Result, Verdict } from '../runner/result.js';
import type { About } from './about.js';
import { causesOf, titleOf } from './causes.js';
import { compare } from './compare.js';
import { renderComparison, renderConsole } from './console.js';
import { readReport, verdictOf } from './json.js';
import { render } from './report.js';
import { badges } from './summary.js';

const results: readonly Result[] = [
  { id: 'a/good', profile: 'documented', outcome: 'passed', ms: 1 },
  {
    id: 'a/bad',
    profile: 'strict',
    outcome: 'failed',
    ms: 2,
    reason: 'x < "y"\u0000',
    blame: 'target',
    trace: ['→ {}'],
  },
  { id: 'a/known', profile: 'resume', outcome: 'known-failing', ms: 2, reason: 'a reason' },
  { id: 'a/none', profile: 'durability', outcome: 'not-applicable', ms: 0, reason: 'no disk' },
];
const verdict: Verdict = { results, stale: ['b/*: names no case'], passed: false };
const about: About = {
  target: 'ws://127.0.0.1',
  adapter: 'in_memory',
  isAttached: false,
  suite: '1.0.0',
  cites: (id) => (id === 'a/bad' ? [{ id: 'row.1', sentence: 'It is good.' }] : []),
};

test('a badge per profile, with counts', () => {
  assert.deepEqual(
    badges(results).map(({ profile, state, text }) => [profile, state, text]),
    [
      ['documented', 'passed', '1/1'],
      ['strict', 'failing', '0/1'],
      ['resume', 'known-failing', '0/1'],
      ['durability', 'not-applicable', '0/0'],
    ],
  );
});

test('json holds every case with what it cites', () => {
  const report = JSON.parse(render('json', verdict, about)) as {
    cases: { id: string; cites: string[] }[];
    passed: boolean;
  };
  assert.equal(report.passed, false);
  assert.deepEqual(
    report.cases.map(({ id, cites }) => [id, cites]),
    [
      ['a/good', []],
      ['a/bad', ['row.1']],
      ['a/known', []],
      ['a/none', []],
    ],
  );
});

test('junit counts failures and stale entries, and escapes what XML cannot hold', () => {
  const text = render('junit', verdict, about);
  assert.match(text, /tests="5" failures="2"/);
  assert.match(text, /x &lt; &quot;y&quot;�/);
  assert.equal(text.match(/<skipped /g)?.length, 2);
});

test('markdown shows badges, and of failures the sentence and the trace', () => {
  const text = render('markdown', verdict, about);
  assert.match(text, /badge\/documented-1%2F1-brightgreen/);
  assert.match(text, /> It is good\. \(`row\.1`\)/);
  assert.match(text, /→ \{\}/);
  assert.match(text, /b\/\*: names no case/);
});

test('the console shows traces of failures only', () => {
  const text = renderConsole(verdict, about);
  assert.match(text, /\na\/bad\n {5}"It is good." \(row.1\)/);
  assert.doesNotMatch(text, /a\/good/);
  assert.match(text, /FAILED\n$/);
});

const failing = (id: string, more: Partial<Result> = {}): Result => ({
  id,
  profile: 'documented',
  outcome: 'failed',
  ms: 1,
  reason: `${id} is bad`,
  blame: 'target',
  ...more,
});

test('failures that one thing would mend are one cause, the greatest first', () => {
  const all = [
    failing('a/x'),
    failing('b/x', { need: 'stream::update' }),
    failing('b/y', { need: 'stream::update' }),
    failing('c/x', { need: 'a pong' }),
  ];
  assert.deepEqual(causesOf(all).map(titleOf), ['2 cases need stream::update', 'a/x', '1 case needs a pong']);
});

test('many failures fold their traces, few show them', () => {
  const all = ['a/1', 'a/2', 'a/3', 'a/4'].map((id) => failing(id, { trace: ['→ {}'] }));
  const shown = (some: readonly Result[]): boolean =>
    renderConsole({ results: some, stale: [], passed: false }, about).includes('→ {}');
  assert(shown(all.slice(0, 3)));
  assert(!shown(all));
});

test('a run that stopped says why, and its profile fails', () => {
  const results = [failing('a/x', { outcome: 'not-run', reason: 'the target went away' })];
  const text = renderConsole({ results, stale: [], passed: false }, about);
  assert.match(text, /STOPPED: the target went away/);
  assert.match(text, /documented +failing +0\/1 passed, 1 not run/);
});

test('json is equal for equal outcomes, and is read again', () => {
  const slower = results.map((result) => ({ ...result, ms: result.ms + 7, trace: ['another'] }));
  const text = render('json', verdict, about);
  assert.equal(render('json', { ...verdict, results: slower }, about), text);
  const again = verdictOf(readReport(text));
  assert.deepEqual(
    again.results.map(({ id, outcome }) => [id, outcome]),
    results.map(({ id, outcome }) => [id, outcome]),
  );
  assert.throws(() => readReport('{"cases":[]}'), /no report/);
});

test('the badge has the counts of every profile and the colour of the worst', () => {
  const badge = JSON.parse(render('badge', verdict, about)) as Record<string, unknown>;
  assert.deepEqual([badge.schemaVersion, badge.color], [1, 'red']);
  assert.match(String(badge.message), /^documented 1\/1, strict 0\/1/);
});

test('a comparison tells what got better and worse', () => {
  const before = [
    { id: 'a/up', outcome: 'failed' },
    { id: 'a/down', outcome: 'passed' },
    { id: 'a/same', outcome: 'failed' },
    { id: 'a/gone', outcome: 'passed' },
  ] as const;
  const after = [
    { id: 'a/up', outcome: 'passed' },
    { id: 'a/down', outcome: 'not-run' },
    { id: 'a/same', outcome: 'failed' },
    { id: 'a/new', outcome: 'failed' },
    { id: 'a/new-good', outcome: 'passed' },
  ] as const;
  const comparison = compare(before, after);
  assert.deepEqual(comparison, {
    better: ['a/up (failed → passed)'],
    worse: ['a/down (passed → not-run)'],
    added: ['a/new (unknown → failed)'],
    removed: ['a/gone'],
  });
  assert.match(renderComparison(comparison), /1 better\n {4}a\/up/);
  assert.match(renderComparison(compare([], [])), /nothing changed/);
});
