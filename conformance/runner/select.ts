import type { Adapter, Capability, Case, Profile } from './case.js';
import { matchesAny } from './glob.js';

export interface Selection {
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly profiles: readonly Profile[];
}

/** The chosen cases, in their order. */
export function select(cases: readonly Case[], { only, skip, profiles }: Selection): readonly Case[] {
  return cases.filter(
    ({ id, profile }) =>
      (only.length === 0 || matchesAny(id, only)) &&
      !matchesAny(id, skip) &&
      (profiles.length === 0 || profiles.includes(profile)),
  );
}

/** What is known of a target before it is tried. */
export interface Facts {
  readonly adapter: Adapter;
  readonly canLaunch: boolean;
  /** Missing capabilities with their reasons. */
  readonly lacks: Readonly<Partial<Record<Capability, string>>>;
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
