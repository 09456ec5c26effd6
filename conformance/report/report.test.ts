import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Result, Verdict } from '../runner/result.js';
import type { About } from './about.js';
import { renderConsole } from './console.js';
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
