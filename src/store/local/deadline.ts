/** Milliseconds in which a database has to do a write. */
export const WRITE_DEADLINE = 5_000;

/** It is not over yet, and may still happen. */
export class LateError extends Error {
  override readonly name = 'LateError';
  /** Settles, without an error, when it is over. */
  readonly over: Promise<void>;

  constructor(ms: number, work: Promise<unknown>) {
    super(`no reply within ${ms} ms`);
    this.over = work.then(
      () => {},
      () => {},
    );
  }
}

/** @throws LateError when it takes longer than `ms` milliseconds */
export function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new LateError(ms, work)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
