import { Pending } from './pending.js';

/** A value that is either here already or on its way. In-memory answers stay synchronous, so that a hot call costs no promise. */
export type MaybePromise<T> = T | Promise<T>;

/** The same, of a write: what is on its way may cost no promise either. */
export type Eventually<T> = MaybePromise<T> | Pending<T>;

/** True when `value` still has to be awaited. */
export const isPromise = <T>(value: MaybePromise<T>): value is Promise<T> => value instanceof Promise;

/** Applies `next` now when `value` is here, else when it arrives. Errors thrown by `next` surface the same way. */
export function then<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Like `then`, when `to` has its result at once. */
export function map<T, R>(value: Eventually<T>, to: (value: T) => R): Eventually<R> {
  if (value instanceof Pending) return value.map(to);
  return value instanceof Promise ? value.then(to) : to(value);
}
