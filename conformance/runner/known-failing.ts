import { globToRegExp } from './glob.js';
import type { Result, Verdict } from './result.js';

/** Globs of cases that are known to fail, with the reason of each. */
export type KnownFailing = Readonly<Record<string, string>>;

/**
 * Judges a run. A known failure does not fail it; an entry that names no case, or a case that passes, does:
 * the file must not outlive its causes.
 *
 * @param allIds every case there is: an entry about cases that were not chosen this time is not stale
 */
export function judge(results: readonly Result[], known: KnownFailing, allIds: readonly string[]): Verdict {
  const stale: string[] = [];
  const reasons = new Map<string, string>();
  for (const [glob, reason] of Object.entries(known)) {
    const pattern = globToRegExp(glob);
    if (!allIds.some((id) => pattern.test(id))) stale.push(`${glob}: names no case`);
    const named = results.filter(({ id }) => pattern.test(id));
    for (const { id, outcome } of named) {
      if (outcome === 'failed') reasons.set(id, reason);
      else if (outcome === 'passed') stale.push(`${glob}: ${id} passes`);
    }
  }
  const judged = results.map((result): Result => {
    const reason = reasons.get(result.id);
    if (reason === undefined || result.outcome !== 'failed') return result;
    return { ...result, outcome: 'known-failing', reason: `${reason} (${result.reason ?? ''})` };
  });
  const passed =
    stale.length === 0 && judged.every(({ outcome }) => outcome !== 'failed' && outcome !== 'not-run');
  return { results: judged, stale, passed };
}
