import type { Outcome } from './condition.js';

/** What became of one write of a transaction, before it is known what became of all. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly rev: number;
  /** True when it keeps the transaction from being applied: a deletion of nothing does not. */
  readonly rejected: boolean;
}

/** What became of a write of a transaction. `outcome` is undefined where only another write stood in the way. */
export interface WriteOutcome {
  readonly outcome: Outcome | undefined;
  readonly rev: number;
}

/**
 * The rule of transactions, for every store: a key that any item knows makes all of it a duplicate; else the first
 * rejection is the outcome, and nothing is applied.
 */
export function settleTransaction(verdicts: readonly Verdict[]): {
  readonly outcome: Outcome;
  readonly results: readonly WriteOutcome[];
} {
  if (verdicts.some(({ outcome }) => outcome === 'duplicate'))
    return { outcome: 'duplicate', results: verdicts.map(({ rev }) => ({ outcome: 'duplicate', rev })) };
  const first = verdicts.find(({ rejected }) => rejected);
  if (first === undefined)
    return { outcome: 'applied', results: verdicts.map(({ outcome, rev }) => ({ outcome, rev })) };
  const results = verdicts.map(({ outcome, rev, rejected }) => ({
    outcome: rejected ? outcome : undefined,
    rev,
  }));
  return { outcome: first.outcome, results };
}
