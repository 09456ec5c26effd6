import { RunStopped } from '../wire/faults.js';

/** Ends a run before its last case. */
export class Stop implements Disposable {
  /** Rejects when the run stops. */
  readonly promise: Promise<never>;
  #reject: (error: Error) => void = () => {};
  #reason: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    this.promise = new Promise<never>((_resolve, reject) => {
      this.#reject = reject;
    });
    this.promise.catch(() => {});
  }

  /** Why the run stopped. */
  get reason(): string | undefined {
    return this.#reason;
  }

  now(reason: string): void {
    this.#reason ??= reason;
    this.#reject(new RunStopped(this.#reason));
  }

  /** @param ms the time of the whole run */
  after(ms: number): void {
    this.#timer = setTimeout(() => this.now(`the run's time of ${ms / 1000} s is over`), ms);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
