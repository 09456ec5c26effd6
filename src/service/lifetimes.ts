import { StreamError } from '../domain/errors.js';
import type { Lifetime } from '../domain/lifetime.js';
import type { Store } from '../store/port.js';

/** The fields by which a write says how long an item lives. */
export interface LifetimeFields {
  readonly ttl_ms?: number | null | undefined;
}

/**
 * Undefined when the caller asked for nothing, as most do.
 * @param place what stands before the fields' names in an error
 * @throws StreamError `unsupported`, naming the field, where the store removes nothing by itself
 */
export function lifetimeOf({ ttl_ms: ttl }: LifetimeFields, store: Store, place = ''): Lifetime | undefined {
  if (ttl === undefined || ttl === null) return undefined;
  if (!store.lifetimes)
    throw new StreamError('unsupported', `${place}ttl_ms: items of the store ${store.kind} do not expire`);
  return { ttlMs: ttl };
}
