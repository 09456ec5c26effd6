import { type AppliedKey, type IdempotencyKey, withKey } from './condition.js';

/** Why an item was removed, where nobody asked for its deletion. */
export type RemovalReason = 'expired' | 'owner_left';

/** How long an item lives, as a write asks for it. A plain set takes both away, an update keeps what it does not name. */
export interface Lifetime {
  /** Milliseconds from the change's timestamp on; 0 = for ever. Undefined = as before in an update, for ever in a set. */
  readonly ttlMs?: number | undefined;
  /** The same for an update that creates the item and has no `ttlMs`. @default for ever */
  readonly ttlMsWhenNew?: number | undefined;
  /** The owner token that the item goes with (D74). Undefined = as before in an update, nobody's after a set. */
  readonly owner?: string | undefined;
  /**
   * Of a set: an item that belongs to somebody already, and has this text as its value, only gets the new owner. There is no
   * change then: no seq, no event.
   */
  readonly claim?: true;
}

/** What few items have beside their value. */
export interface Extras {
  /** Idempotency keys of its last writes, oldest first. */
  readonly keys?: readonly AppliedKey[] | undefined;
  /** ms since the Unix epoch; when the item is removed. Of a tombstone undefined. */
  readonly expiresAt?: number | undefined;
  /** The token of the connection that it goes with: printable ASCII. Of a tombstone undefined. */
  readonly owner?: string | undefined;
}

/** What decides about an item's extras after a write. */
export interface ExtrasInput {
  readonly kind: 'set' | 'update' | 'delete';
  readonly life?: Lifetime | undefined;
  readonly key: IdempotencyKey | undefined;
  /** True when the item is not there before. */
  readonly isNew: boolean;
  readonly rev: number;
  /** ms; of the change. */
  readonly timestamp: number;
}

/** The rule of extras, for every store; undefined = none, which most items have. */
export function extrasAfter(before: Extras | undefined, input: ExtrasInput): Extras | undefined {
  const { kind, key, rev, timestamp } = input;
  const keys = key === undefined ? before?.keys : withKey(before?.keys, key, rev, timestamp);
  const expiresAt = kind === 'delete' ? undefined : expiryAfter(before?.expiresAt, input);
  const owner = kind === 'delete' ? undefined : ownerAfter(before?.owner, input);
  const isPlain = keys === undefined && expiresAt === undefined && owner === undefined;
  return isPlain ? undefined : { keys, expiresAt, owner };
}

const ownerAfter = (before: string | undefined, { kind, life, isNew }: ExtrasInput): string | undefined =>
  life?.owner ?? (kind === 'update' && !isNew ? before : undefined);

function expiryAfter(
  before: number | undefined,
  { kind, life, isNew, timestamp }: ExtrasInput,
): number | undefined {
  const ttlMs = life?.ttlMs ?? (isNew ? life?.ttlMsWhenNew : undefined);
  if (ttlMs === undefined) return kind === 'update' && !isNew ? before : undefined;
  return ttlMs === 0 ? undefined : timestamp + ttlMs;
}
