import type { Blame } from '../wire/faults.js';
import type { Case, Profile } from './case.js';

/** `not-run`: the run stopped before. */
export type Outcome = 'passed' | 'failed' | 'known-failing' | 'not-applicable' | 'not-run';

/** What became of one case. */
export interface Result {
  readonly id: string;
  readonly profile: Profile;
  readonly outcome: Outcome;
  readonly ms: number;
  /** Why it failed, or says nothing. */
  readonly reason?: string;
  readonly blame?: Blame;
  /** What the target lacks, as far as the failure tells: failures with the same need have one cause. */
  readonly need?: string;
  /** What the case sent and received; for failures. */
  readonly trace?: readonly string[];
}

/** A run's verdict: results, and what is wrong with the known-failing file. */
export interface Verdict {
  readonly results: readonly Result[];
  /** Entries of the known-failing file that no longer say the truth. */
  readonly stale: readonly string[];
  readonly passed: boolean;
}

export const resultOf = ({ id, profile }: Case, rest: Omit<Result, 'id' | 'profile'>): Result => ({
  id,
  profile,
  ...rest,
});
