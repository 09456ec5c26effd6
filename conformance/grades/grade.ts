import type { JsonReport } from '../report/json.js';
import type { Profile } from '../runner/case.js';

/** How a target did in one profile. */
export interface ProfileGrade {
  readonly profile: Profile;
  readonly passed: number;
  readonly applicable: number;
  /** What the figures leave out, if anything. */
  readonly note?: string;
}

/** Failures with one cause. */
export interface Failure {
  /** Ids of cases, or words for several of them where the report has no ids. */
  readonly cases: readonly string[];
  /** The cause, in one sentence. */
  readonly because: string;
  /** Where the cause was seen. */
  readonly source: string;
}

/** The grade of one target: a report without what passed, and with the causes of what did not. */
export interface Grade {
  readonly target: string;
  readonly adapter: string;
  /** The day of the run, as YYYY-MM-DD. */
  readonly graded: string;
  /** The suite's version and how it was called. */
  readonly suite: string;
  readonly profiles: readonly ProfileGrade[];
  readonly failures: readonly Failure[];
}

/** What a report does not tell. */
export type Told = Pick<Grade, 'target' | 'graded' | 'suite'>;

/** Makes a grade of a report; causes are as far as the report tells them. */
export function gradeOf(report: JsonReport, { target, graded, suite }: Told): Grade {
  const profiles = report.badges
    .filter(({ applicable }) => applicable > 0)
    .map(({ profile, counts, applicable }) => ({ profile, passed: counts.passed, applicable }));
  const failures = report.cases.flatMap(({ id, outcome, reason = '', blame = 'target' }): Failure[] =>
    outcome === 'passed' || outcome === 'not-applicable'
      ? []
      : [{ cases: [id], because: reason.split('\n')[0] ?? '', source: `the report, blamed on the ${blame}` }],
  );
  return { target, adapter: report.adapter, graded, suite, profiles, failures };
}
