import { PROFILES, type Profile } from '../runner/case.js';
import type { Outcome, Result } from '../runner/result.js';

/** How one profile went. */
export interface Badge {
  readonly profile: Profile;
  readonly counts: Readonly<Record<Outcome, number>>;
  /** Cases that say something about this target. */
  readonly applicable: number;
  /** `failing` hides nothing behind known failures or cases that were not run: only `passed` is a whole profile. */
  readonly state: 'passed' | 'known-failing' | 'failing' | 'not-applicable';
  /** `<passed>/<applicable>` */
  readonly text: string;
}

/** One badge per profile that has results. */
export function badges(results: readonly Result[]): readonly Badge[] {
  return (Object.keys(PROFILES) as Profile[]).flatMap((profile) => {
    const mine = results.filter((result) => result.profile === profile);
    return mine.length === 0 ? [] : [badge(profile, mine)];
  });
}

function badge(profile: Profile, results: readonly Result[]): Badge {
  const count = (outcome: Outcome): number => results.filter((result) => result.outcome === outcome).length;
  const counts = {
    passed: count('passed'),
    failed: count('failed'),
    'known-failing': count('known-failing'),
    'not-applicable': count('not-applicable'),
    'not-run': count('not-run'),
  };
  const applicable = results.length - counts['not-applicable'];
  return {
    profile,
    counts,
    applicable,
    state: stateOf(counts, applicable),
    text: `${counts.passed}/${applicable}`,
  };
}

function stateOf(counts: Badge['counts'], applicable: number): Badge['state'] {
  if (counts.failed > 0 || counts['not-run'] > 0) return 'failing';
  if (counts['known-failing'] > 0) return 'known-failing';
  return applicable === 0 ? 'not-applicable' : 'passed';
}
