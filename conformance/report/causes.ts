import type { Result } from '../runner/result.js';

/** Failures that one change of the target would mend, as far as they tell. */
export interface Cause {
  /** What the target lacks; undefined for a case that fails for a reason of its own. */
  readonly need?: string;
  readonly results: readonly Result[];
}

/** Groups failures by their causes, those with most cases first. */
export function causesOf(results: readonly Result[]): readonly Cause[] {
  const groups = new Map<string, Result[]>();
  for (const result of results) {
    if (result.outcome !== 'failed') continue;
    // A need and the id of a case cannot be equal: ids hold a slash and no space, "::" or ":".
    const key = result.need ?? `case ${result.id}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const causes = [...groups.values()].map((group): Cause => {
    const need = group[0]?.need;
    return { ...(need === undefined ? {} : { need }), results: group };
  });
  return causes.sort((a, b) => b.results.length - a.results.length);
}

/** What a cause is called in a report. */
export function titleOf({ need, results }: Cause): string {
  const [first] = results;
  if (need === undefined) return first?.id ?? '';
  return results.length === 1 ? `1 case needs ${need}` : `${results.length} cases need ${need}`;
}
