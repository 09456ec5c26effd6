type OnValue<T> = (value: T) => void;
type OnError = (error: unknown) => void;

/**
 * A value on its way to one taker, who is called in the very turn it arrives: a promise costs several objects and turns
 * of the microtask queue, on a path that a durable write takes a hundred thousand times per second. Can be awaited.
 */
export class Deferred<T> implements PromiseLike<T> {
  #onValue: OnValue<T> | undefined;
  #onError: OnError | undefined;
  /** What came before anybody took it. */
  #early: (() => void) | undefined;

  /** Hands the value, or why there is none, to one of the two. @throws Error for a second taker */
  take(onValue: OnValue<T>, onError: OnError): void {
    if (this.#onValue !== undefined) throw new Error('a deferred value has one taker');
    this.#onValue = onValue;
    this.#onError = onError;
    this.#early?.();
  }

  /** Called once, or `reject` is. */
  resolve(value: T): void {
    if (this.#onValue === undefined) this.#early = () => this.#onValue?.(value);
    else this.#onValue(value);
  }

  reject(error: unknown): void {
    if (this.#onError === undefined) this.#early = () => this.#onError?.(error);
    else this.#onError(error);
  }

  /** What `to` makes of the value; what it throws is the error. */
  map<R>(to: (value: T) => R): Deferred<R> {
    const mapped = new Deferred<R>();
    this.take(
      (value) => {
        let result: R;
        try {
          result = to(value);
        } catch (error) {
          mapped.reject(error);
          return;
        }
        mapped.resolve(result);
      },
      (error) => mapped.reject(error),
    );
    return mapped;
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting it is what it is for.
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return new Promise<T>((resolve, reject) => this.take(resolve, reject)).then(onValue, onError);
  }
}

/**
 * A value that is here already, or on its way. What is in memory is returned as it is, so that a hot call costs no
 * promise; whoever does not care awaits it.
 */
export type Eventual<T> = T | Promise<T> | Deferred<T>;

/** True when the value is here. */
export const isReady = <T>(value: Eventual<T>): value is T =>
  !(value instanceof Promise || value instanceof Deferred);

/** What `to` makes of the value: now when it is here, else when it arrives. What `to` throws surfaces the same way. */
export function mapReady<T, R>(value: Eventual<T>, to: (value: T) => R): Eventual<R> {
  if (value instanceof Deferred) return value.map(to);
  return value instanceof Promise ? value.then(to) : to(value);
}

/**
 * Calls `onValue`: now when the value is here, else when it arrives; or `onError` when it does not arrive. True when it
 * was here. Neither may throw.
 */
export function whenReady<T>(value: Eventual<T>, onValue: OnValue<T>, onError: OnError): boolean {
  if (value instanceof Deferred) value.take(onValue, onError);
  else if (value instanceof Promise) value.then(onValue, onError);
  else {
    onValue(value);
    return true;
  }
  return false;
}
