import type { Result, Verdict } from '../runner/result.js';
import type { About } from './about.js';
import { causesOf } from './causes.js';
import { type Badge, badges } from './summary.js';

/** Changes when a reader of an older report could not read a newer one. */
export const REPORT_FORMAT = 'iii-stream-conformance/1';

/** What a JSON report holds: nothing in it changes between two runs with the same outcome. */
export interface JsonReport {
  readonly format: typeof REPORT_FORMAT;
  readonly suite: string;
  readonly target: string;
  readonly adapter: string;
  readonly attached: boolean;
  readonly passed: boolean;
  readonly badges: readonly Badge[];
  /** Failures with one cause, those with most cases first. */
  readonly causes: readonly { readonly need: string; readonly cases: readonly string[] }[];
  /** Entries of the known-failing file that no longer say the truth. */
  readonly stale: readonly string[];
  /** In the order of the suite, without times and traces. */
  readonly cases: readonly (Omit<Result, 'ms' | 'trace'> & { readonly cites: readonly string[] })[];
}

/** Renders a report that programs read, and that `--baseline` and `--from` take. */
export function renderJson({ passed, results, stale }: Verdict, about: About): string {
  const { target, adapter, isAttached, suite, cites } = about;
  const report: JsonReport = {
    format: REPORT_FORMAT,
    suite,
    target,
    adapter,
    attached: isAttached,
    passed,
    badges: badges(results),
    causes: causesOf(results).flatMap(({ need, results: failed }) =>
      need === undefined ? [] : [{ need, cases: failed.map(({ id }) => id) }],
    ),
    stale,
    cases: results.map(({ ms: _ms, trace: _trace, ...result }) => ({
      ...result,
      cites: cites(result.id).map(({ id }) => id),
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** Reads a JSON report. @throws Error when it is none, or of a format that this version does not read */
export function readReport(text: string): JsonReport {
  const report = JSON.parse(text) as Partial<JsonReport> | null;
  if (report?.format !== REPORT_FORMAT || !Array.isArray(report.cases))
    throw new Error(`is no report of format ${REPORT_FORMAT}`);
  return report as JsonReport;
}

/** The verdict that a report was rendered from, without times and traces. */
export function verdictOf({ cases, stale, passed }: JsonReport): Verdict {
  const results = cases.map(({ cites: _cites, ...result }): Result => ({ ...result, ms: 0 }));
  return { results, stale, passed };
}
