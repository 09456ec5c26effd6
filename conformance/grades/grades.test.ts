import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { CASES } from '../cases/index.js';
import type { JsonReport } from '../report/json.js';
import { PROFILES } from '../runner/case.js';
import { GRADES_PAGE, readGrades } from './files.js';
import { gradeOf } from './grade.js';
import { renderGrades } from './render.js';

test('the page of grades is what its files render to: npm run grades', async () => {
  assert.equal(await readFile(GRADES_PAGE, 'utf8'), renderGrades(await readGrades()));
});

test('every grade has its day, its suite, and a cause with a source for each failure', async () => {
  const ids = new Set(CASES.map(({ id }) => id));
  for (const { target, graded, suite, profiles, failures } of await readGrades()) {
    assert.match(graded, /^\d{4}-\d{2}-\d{2}$/, target);
    assert.notEqual(suite, '', target);
    for (const { profile } of profiles) assert(profile in PROFILES, `${target}: ${profile}`);
    for (const { cases, because, source } of failures) {
      assert(cases.length > 0 && because !== '' && source !== '', `${target}: ${cases.join()}`);
      // Words stand for several cases; what looks like an id has to be one.
      for (const id of cases) assert(ids.has(id) || id.includes(' '), `${target}: ${id} is a case`);
    }
  }
});

test('a report becomes a grade: what passed is counted, what failed is named', () => {
  const report = {
    adapter: 'in_memory',
    badges: [
      { profile: 'documented', counts: { passed: 1 }, applicable: 2 },
      { profile: 'durability', counts: { passed: 0 }, applicable: 0 },
    ],
    cases: [
      { id: 'a/x', outcome: 'passed' },
      { id: 'a/y', outcome: 'failed', reason: 'one\ntwo', blame: 'target' },
      { id: 'a/z', outcome: 'not-applicable', reason: 'no disk' },
    ],
  } as unknown as JsonReport;
  const grade = gradeOf(report, { target: 'ours', graded: '2026-01-01', suite: '1' });
  assert.deepEqual(grade.profiles, [{ profile: 'documented', passed: 1, applicable: 2 }]);
  assert.deepEqual(grade.failures, [
    { cases: ['a/y'], because: 'one', source: 'the report, blamed on the target' },
  ]);
});
