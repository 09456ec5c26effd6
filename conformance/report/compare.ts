import type { Result } from '../runner/result.js';

/** What changed between two reports; each entry is the id of a case and its outcomes. */
export interface Comparison {
  /** Cases that pass now. */
  readonly better: readonly string[];
  /** Cases that passed before and do not now. */
  readonly worse: readonly string[];
  /** Cases that the earlier report does not know and that do not pass. */
  readonly added: readonly string[];
  /** Cases that the earlier report has and this run has not. */
  readonly removed: readonly string[];
}

type Outcomes = readonly Pick<Result, 'id' | 'outcome'>[];

/** Compares two runs, of which the second may be about fewer cases. */
export function compare(before: Outcomes, after: Outcomes): Comparison {
  const earlier = new Map(before.map(({ id, outcome }) => [id, outcome]));
  const now = new Set(after.map(({ id }) => id));
  const lists = { better: [] as string[], worse: [] as string[], added: [] as string[] };
  for (const { id, outcome } of after) {
    const was = earlier.get(id);
    if (was === outcome || outcome === 'not-applicable') continue;
    const list =
      outcome === 'passed'
        ? was === undefined
          ? undefined
          : lists.better
        : was === 'passed'
          ? lists.worse
          : was === undefined
            ? lists.added
            : undefined;
    list?.push(`${id} (${was ?? 'unknown'} → ${outcome})`);
  }
  const removed = before.filter(({ id }) => !now.has(id)).map(({ id }) => id);
  return { ...lists, removed };
}
