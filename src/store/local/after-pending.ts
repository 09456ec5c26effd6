import { Deferred, type Eventual, whenReady } from '../../domain/deferred.js';
import type { StreamError } from '../../domain/errors.js';
import type { CommitEntry } from './commit-queue.js';

/** A reply that has to wait until what is on its way to the disk is there, or failed. */
export class AfterPending<T> extends Deferred<T> implements CommitEntry {
  readonly records = [];
  readonly bytes = 0;
  readonly #value: (error: StreamError | undefined) => T;

  /** @param value what to reply; what it throws rejects. `error` says why what was before it is not durable */
  constructor(value: (error: StreamError | undefined) => T) {
    super();
    this.#value = value;
  }

  settle(): void {}

  reply(error: StreamError | undefined): void {
    let value: T;
    try {
      value = this.#value(error);
    } catch (thrown) {
      this.reject(thrown);
      return;
    }
    this.resolve(value);
  }
}

/** Something that is done once what is on its way to the disk is there, or failed. */
export class OncePending<T> extends Deferred<T> implements CommitEntry {
  readonly records = [];
  readonly bytes = 0;
  readonly #run: () => Eventual<T>;

  /** @param run what it throws rejects */
  constructor(run: () => Eventual<T>) {
    super();
    this.#run = run;
  }

  settle(): void {}

  reply(): void {
    try {
      whenReady(
        this.#run(),
        (value) => this.resolve(value),
        (error) => this.reject(error),
      );
    } catch (thrown) {
      this.reject(thrown);
    }
  }
}
