import type { Lacks } from '../capabilities.js';
import type { Adapter, Case, Profile } from './case.js';
import { matchesAny } from './glob.js';

export interface Selection {
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly profiles: readonly Profile[];
}

/** A profile that stands for another one on newer engines. */
const NEWER = 'documented-0.23' satisfies Profile;

/** The chosen cases, in their order. Without profiles all but those of newer engines are chosen. */
export function select(cases: readonly Case[], { only, skip, profiles }: Selection): readonly Case[] {
  const candidates = profiles.includes(NEWER) ? asNewer(cases) : cases;
  return candidates.filter(
    ({ id, profile }) =>
      (only.length === 0 || matchesAny(id, only)) &&
      !matchesAny(id, skip) &&
      (profiles.length === 0 ? profile !== NEWER : profiles.includes(profile)),
  );
}

/** The cases as a newer engine has them: what did not change is claimed of it, too. */
function asNewer(cases: readonly Case[]): readonly Case[] {
  const replaced = new Set(cases.map(({ replaces }) => replaces));
  return cases
    .filter(({ id }) => !replaced.has(id))
    .map((one) => (one.profile === 'documented' ? { ...one, profile: NEWER } : one));
}

/** What is known of a target before it is tried. */
export interface Facts {
  readonly adapter: Adapter;
  readonly canLaunch: boolean;
  /** Missing capabilities with their reasons. */
  readonly lacks: Lacks;
}

/** Why a case says nothing about this target, if it does not. */
export function notApplicable(one: Case, { adapter, canLaunch, lacks }: Facts): string | undefined {
  if (one.adapters !== undefined && !one.adapters.includes(adapter)) {
    return `is about the adapters ${one.adapters.join(', ')}`;
  }
  if (!canLaunch && (one.own || one.config !== undefined || one.needs?.includes('nodes')))
    return 'needs a target that can be started: --target';
  const missing = one.needs?.find((need) => lacks[need] !== undefined);
  return missing === undefined ? undefined : `the target lacks ${missing}: ${lacks[missing]}`;
}
