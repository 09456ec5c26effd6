import type { JsonText } from '../../generated/json-text.js';
import { equalJson } from './json-equal.js';

/** What has to be so for a write to be applied. `rev` 0 = there is no item. */
export type Condition =
  | { readonly kind: 'rev'; readonly rev: number }
  | { readonly kind: 'value'; readonly value: JsonText }
  | { readonly kind: 'absent' | 'exists' }
  /** It belongs to this owner token; or, where that ends with a dot, to any token that begins with it. */
  | { readonly kind: 'owner'; readonly owner: string };

/** Names one write, so that a retry of it is known as such. */
export interface IdempotencyKey {
  /** At most 64 of `A-Z a-z 0-9 _ -`. */
  readonly token: string;
  /** Milliseconds that it is remembered. */
  readonly windowMs: number;
}

/** What a caller asks of a write beyond the write itself; its result then carries a receipt. */
export interface Guard {
  readonly condition?: Condition | undefined;
  readonly key?: IdempotencyKey | undefined;
}

/** A key that was applied to an item, the rev that the item got by it, and when, in ms. */
export type AppliedKey = readonly [token: string, rev: number, timestamp: number];

/** What became of a guarded write. Whatever is not `applied` changed nothing. */
export type Outcome = 'applied' | 'conflict' | 'not_found' | 'duplicate';

/** Tells the caller of a guarded write where the item stands. */
export interface Receipt {
  readonly outcome: Outcome;
  /** The item's rev, 0 = there is none; of a deletion its own seq, of a `duplicate` the one that the first write got. */
  readonly rev: number;
  readonly epoch: string;
}

/** An item as a write meets it. */
export interface Standing {
  /** Undefined when there is none; its rev is 0 then. */
  readonly value: JsonText | undefined;
  readonly rev: number;
  /** Oldest first. */
  readonly keys: readonly AppliedKey[] | undefined;
  /** The token of the connection that it goes with. */
  readonly owner?: string | undefined;
}

/** Why a guarded write is not applied. */
export interface Rejection {
  readonly outcome: Exclude<Outcome, 'applied'>;
  readonly rev: number;
}

/** Applied keys that an item remembers. */
export const MAX_KEYS = 8;

/**
 * The rule of guarded writes, for every store: a key that was applied within its window makes the write a duplicate,
 * whatever its condition says now; then the condition decides. Undefined when the write may be applied.
 *
 * @param now ms
 */
export function rejection({ condition, key }: Guard, standing: Standing, now: number): Rejection | undefined {
  const first = key && appliedRev(standing.keys, key, now);
  if (first !== undefined) return { outcome: 'duplicate', rev: first };
  if (condition === undefined || holds(condition, standing)) return undefined;
  return { outcome: condition.kind === 'exists' ? 'not_found' : 'conflict', rev: standing.rev };
}

/** Whether a condition is met. An item that is missing equals no value. */
export function holds(
  condition: Condition,
  { value, rev, owner }: Pick<Standing, 'value' | 'rev' | 'owner'>,
): boolean {
  switch (condition.kind) {
    case 'rev':
      return condition.rev === 0 ? value === undefined : value !== undefined && rev === condition.rev;
    case 'value':
      return value !== undefined && equalJson(value, condition.value);
    case 'absent':
      return value === undefined;
    case 'exists':
      return value !== undefined;
    case 'owner':
      return value !== undefined && owner !== undefined && belongs(owner, condition.owner);
  }
}

const belongs = (owner: string, to: string): boolean =>
  to.endsWith('.') ? owner.startsWith(to) : owner === to;

function appliedRev(
  keys: readonly AppliedKey[] | undefined,
  { token, windowMs }: IdempotencyKey,
  now: number,
): number | undefined {
  return keys?.find(([known, , timestamp]) => known === token && timestamp > now - windowMs)?.[1];
}

/** What an item remembers after a write with `key`: the last `MAX_KEYS` that are in the window. @param timestamp ms, of the write */
export function withKey(
  keys: readonly AppliedKey[] | undefined,
  { token, windowMs }: IdempotencyKey,
  rev: number,
  timestamp: number,
): readonly AppliedKey[] {
  const living = keys?.filter(([known, , at]) => known !== token && at > timestamp - windowMs) ?? [];
  return [...living.slice(1 - MAX_KEYS), [token, rev, timestamp]];
}
