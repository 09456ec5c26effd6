import type { Capability } from '../capabilities.js';
import type { Context } from './context.js';
import type { TargetConfig } from './target.js';

/** What a passed case says about its target. */
export const PROFILES = {
  documented: 'what the public documentation and deployed clients promise',
  strict: 'what a careful client may wish for: order, exactness, failing closed, clear errors',
  resume: 'cursors: reconnect and get what changed meanwhile',
  revisions: 'compare-and-set, idempotent retries, transactions, reads with revs',
  ttl: 'items end when their time is up, by a change like any other',
  ops: 'updates as the ops that made them, to those who ask',
  owned: 'items go with connections, and clients are present, whatever crashes',
  http: 'groups by GET: snapshots, changes, long-polls and event streams',
  durability: 'acknowledged writes survive restarts and crashes',
  'multi-node': 'several processes over one store behave as one',
  'documented-0.23': '`documented`, where engine 0.23 differs from 0.11 as 0.23 has it',
} as const;
export type Profile = keyof typeof PROFILES;

export type Adapter = TargetConfig['adapter'];

/** Where a case runs, beside the default: concurrently with others on one target of the base configuration. */
export interface Setting {
  /** What the target must be capable of, beside what the area needs. */
  readonly needs?: readonly Capability[];
  /** Adapters that the claim is about. @default all */
  readonly adapters?: readonly Adapter[];
  /** Runs on a shared target of this configuration. */
  readonly config?: Partial<TargetConfig>;
  /** Runs alone on its shared target. */
  readonly exclusive?: boolean;
  /** Runs after all others, one at a time: on some targets it disturbs every other connection. */
  readonly last?: boolean;
  /** Starts targets of its own, and ends them. */
  readonly own?: boolean;
  /** Milliseconds that the case may take. @default 10000 */
  readonly timeoutMs?: number;
  /** What a target lacks that fails it, where the failure itself does not tell: such cases are one cause. */
  readonly about?: string;
}

export type Run = (t: Context) => Promise<void>;

/** One claim about a target. */
export interface Case extends Setting {
  /** `area/kebab-case-claim` */
  readonly id: string;
  readonly profile: Profile;
  /** The case of the profile `documented` that this one stands for in a profile of a newer engine. */
  readonly replaces?: string;
  readonly run: Run;
}

type Define = (claim: string, run: Run, setting?: Setting) => Case;

/** Makes the cases of an area, by profile. `common` applies to each. */
export function area(name: string, common: Setting = {}): Record<'documented' | 'strict' | 'resume', Define> {
  return {
    documented: define(name, 'documented', common),
    strict: define(name, 'strict', common),
    resume: define(name, 'resume', common),
  };
}

export function define(name: string, profile: Profile, common: Setting = {}): Define {
  return (claim, run, setting = {}) => {
    const needs = [...(common.needs ?? []), ...(setting.needs ?? [])];
    return { ...common, ...setting, needs, id: `${name}/${claim}`, profile, run };
  };
}
