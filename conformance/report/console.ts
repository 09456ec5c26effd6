import type { Result, Verdict } from '../runner/result.js';
import type { About } from './report.js';
import { badges } from './summary.js';

const MARK = 'FAIL';
/** Lines of a trace that fit a terminal. */
const MAX_LINES = 40;

/** One line as a case ends; those that pass are summed up at the end. */
export function progress(result: Result): string | undefined {
  if (result.outcome !== 'failed') return undefined;
  return `${MARK} ${result.id} (${result.ms.toFixed(0)} ms)`;
}

/** Failures with the sentences that they break and their traces, then a line per profile. */
export function renderConsole({ results, stale, passed }: Verdict, { cites }: About): string {
  const lines: string[] = [];
  for (const { id, outcome, reason = '', blame, trace = [] } of results) {
    if (outcome !== 'failed') continue;
    lines.push('', `${MARK} ${id}`);
    for (const row of cites(id)) lines.push(`     "${row.sentence}" (${row.id})`);
    lines.push(`     blamed on the ${blame}: ${reason.replaceAll('\n', '\n     ')}`);
    if (trace.length > MAX_LINES)
      lines.push(`       (${trace.length - MAX_LINES} earlier lines: --report markdown)`);
    for (const line of trace.slice(-MAX_LINES)) lines.push(`       ${line}`);
  }
  for (const entry of stale) lines.push('', `STALE known-failing entry ${entry}`);
  lines.push('');
  for (const { profile, state, text, counts } of badges(results)) {
    const rest = [
      [counts.failed, 'failed'],
      [counts['known-failing'], 'known failing'],
      [counts['not-applicable'], 'not applicable'],
    ] as const;
    const more = rest.filter(([count]) => count > 0).map(([count, what]) => `, ${count} ${what}`);
    lines.push(`${profile.padEnd(12)} ${state.padEnd(14)} ${text} passed${more.join('')}`);
  }
  lines.push('', passed ? 'PASSED' : 'FAILED', '');
  return lines.join('\n');
}
