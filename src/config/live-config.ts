/** Something that may be replaced while we run: read `current` at each use, and keep nothing of it. */
export interface Live<T> {
  readonly current: T;
}

/** The configuration in use; the one object that everybody reads it from. */
export class LiveConfig<T> implements Live<T> {
  #current: T;

  constructor(initial: T) {
    this.#current = initial;
  }

  get current(): T {
    return this.#current;
  }

  /** Makes `next` what everybody reads from now on. */
  apply(next: T): void {
    this.#current = next;
  }
}
