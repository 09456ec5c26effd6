import { StreamError } from '../domain/errors.js';
import type { Lifetime } from '../domain/lifetime.js';
import type { Store } from '../store/port.js';
import type { Owners } from './owners.js';

/** The fields by which a write says how long an item lives. */
export interface LifetimeFields {
  readonly ttl_ms?: number | null | undefined;
  readonly owner?: { readonly connection_id: string } | undefined;
}

/**
 * Undefined when the caller asked for nothing, as most do.
 * @param owners absent where a write cannot name an owner
 * @param place what stands before the fields' names in an error
 * @throws StreamError `unsupported`, naming the field, where the store removes nothing by itself; as `Owners.token`
 */
export function lifetimeOf(
  { ttl_ms: ttl, owner: named }: LifetimeFields,
  store: Store,
  owners?: Owners,
  place = '',
): Lifetime | undefined {
  const owner = named === undefined ? undefined : owners?.token(named.connection_id);
  if (ttl === undefined || ttl === null) return owner === undefined ? undefined : { owner };
  if (!store.lifetimes)
    throw new StreamError('unsupported', `${place}ttl_ms: items of the store ${store.kind} do not expire`);
  return { ttlMs: ttl, owner };
}
