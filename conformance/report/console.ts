import type { Result, Verdict } from '../runner/result.js';
import type { About, Cited } from './about.js';
import { type Cause, causesOf, titleOf } from './causes.js';
import type { Comparison } from './compare.js';
import { badges } from './summary.js';

/** Failures up to which traces are shown; beyond, they are folded. */
const MAX_TRACED = 3;
/** Lines of a trace that fit a terminal. */
const MAX_LINES = 40;
/** Lines of a reason that are shown. */
const MAX_REASON = 16;
/** Cases of one cause that are named. */
const MAX_NAMED = 5;

/** One line as a case ends; those that pass are summed up at the end. */
export function progress(result: Result): string | undefined {
  if (result.outcome !== 'failed') return undefined;
  return `FAIL ${result.id} (${result.ms.toFixed(0)} ms)`;
}

/** Failures by their causes, the sentence of the spec first, then a line per profile. */
export function renderConsole({ results, stale, passed }: Verdict, about: About): string {
  const causes = causesOf(results);
  const failures = causes.reduce((sum, cause) => sum + cause.results.length, 0);
  const lines = causes.flatMap((cause) => causeLines(cause, about, failures <= MAX_TRACED));
  if (failures > MAX_TRACED)
    lines.push('', "Traces: run one case with --only '<id>', or all with --report markdown=FILE.");
  for (const entry of stale) lines.push('', `STALE known-failing entry ${entry}`);
  const unrun = results.filter(({ outcome }) => outcome === 'not-run');
  if (unrun.length > 0) {
    lines.push('', `STOPPED: ${unrun[0]?.reason}`);
    lines.push(`Mend this first, or leave the case out by --skip: ${unrun.length} cases were not run.`);
  }
  lines.push('', ...badges(results).map(profileLine), '', passed ? 'PASSED' : 'FAILED', '');
  return lines.join('\n');
}

function profileLine({ profile, state, text, counts }: ReturnType<typeof badges>[number]): string {
  const rest = [
    [counts.failed, 'failed'],
    [counts['known-failing'], 'known failing'],
    [counts['not-applicable'], 'not applicable'],
    [counts['not-run'], 'not run'],
  ] as const;
  const more = rest.filter(([count]) => count > 0).map(([count, what]) => `, ${count} ${what}`);
  return `${profile.padEnd(15)} ${state.padEnd(14)} ${text} passed${more.join('')}`;
}

function causeLines(cause: Cause, { cites }: About, isTraced: boolean): readonly string[] {
  const lines = ['', titleOf(cause)];
  const cited = cause.results.map(({ id }) => cites(id));
  for (const { sentence, id } of cause.need === undefined ? cited.flat() : mostCited(cited))
    lines.push(`     "${sentence}" (${id})`);
  if (cause.need !== undefined) {
    for (const { id } of cause.results.slice(0, MAX_NAMED)) lines.push(`     ${id}`);
    const more = cause.results.length - MAX_NAMED;
    if (more > 0) lines.push(`     … and ${more} more`);
  }
  const [{ blame = 'target', reason = '' } = {}] = cause.results;
  const { length } = cause.results;
  const whose = length === 1 ? '' : ', the first of them';
  lines.push(`     blamed on the ${blame}${whose}: ${shortened(reason).join('\n     ')}`);
  if (isTraced) for (const { trace = [] } of cause.results) lines.push(...traceLines(trace));
  return lines;
}

/** Differences of large values are for files. */
function shortened(reason: string): readonly string[] {
  const lines = reason.split('\n');
  if (lines.length <= MAX_REASON) return lines;
  return [...lines.slice(0, MAX_REASON), `… ${lines.length - MAX_REASON} more lines: --report markdown=FILE`];
}

/** The sentence that most of the cases prove; of several the last, which is the most special one. */
function mostCited(cited: readonly (readonly Cited[])[]): readonly Cited[] {
  const counts = new Map<string, { readonly row: Cited; count: number }>();
  for (const row of cited.flat()) {
    const entry = counts.get(row.id) ?? { row, count: 0 };
    entry.count += 1;
    counts.set(row.id, entry);
  }
  const [first] = [...counts.values()].reverse().sort((a, b) => b.count - a.count);
  return first === undefined ? [] : [first.row];
}

function traceLines(trace: readonly string[]): readonly string[] {
  const more = trace.length - MAX_LINES;
  const head = more > 0 ? [`       (${more} earlier lines: --report markdown)`] : [];
  return [...head, ...trace.slice(-MAX_LINES).map((line) => `       ${line}`)];
}

/** What got better and worse since an earlier report. */
export function renderComparison({ better, worse, added, removed }: Comparison): string {
  const sections = [
    ['better', better],
    ['worse', worse],
    ['new', added],
    ['no longer there', removed],
  ] as const;
  const lines = ['Since the baseline:'];
  for (const [title, changes] of sections)
    if (changes.length > 0)
      lines.push(`  ${changes.length} ${title}`, ...changes.map((text) => `    ${text}`));
  if (lines.length === 1) lines.push('  nothing changed');
  return `${lines.join('\n')}\n`;
}
