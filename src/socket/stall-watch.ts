/** Something with a queue that has to empty in time. */
export interface Stallable {
  /** Bytes that wait. */
  readonly queuedBytes: number;
  /** The queue is empty. Not watched any more. */
  relieved(): void;
  /** The queue did not empty in time. Returns how many ms more it gets; 0 = not watched any more. */
  overdue(): number;
}

/** The shortest and longest time between two looks, in ms. */
const SHORTEST = 5;
const LONGEST = 250;
/** Looks per timeout. */
const LOOKS = 20;

/** Watches the few connections that are full: one timer for all of them, none while there are none. */
export class StallWatch {
  readonly #timeout: () => number;
  readonly #deadlines = new Map<Stallable, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param timeout ms that a queue may take to empty */
  constructor(timeout: () => number) {
    this.#timeout = timeout;
  }

  has(one: Stallable): boolean {
    return this.#deadlines.has(one);
  }

  /** Starts the clock for `one`, unless it runs already. */
  add(one: Stallable): void {
    if (this.#deadlines.has(one)) return;
    const timeout = this.#timeout();
    this.#deadlines.set(one, performance.now() + timeout);
    this.#look(timeout);
  }

  /** Stops watching; true when it was watched. */
  delete(one: Stallable): boolean {
    const watched = this.#deadlines.delete(one);
    if (this.#deadlines.size === 0) this.#stop();
    return watched;
  }

  #look(timeout: number): void {
    const pause = Math.min(LONGEST, Math.max(SHORTEST, timeout / LOOKS));
    this.#timer ??= setInterval(() => this.#sweep(), pause).unref();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #sweep(): void {
    const now = performance.now();
    for (const [one, deadline] of [...this.#deadlines]) {
      if (one.queuedBytes === 0) {
        this.delete(one);
        one.relieved();
      } else if (now >= deadline) {
        const more = one.overdue();
        if (more === 0) this.delete(one);
        else this.#deadlines.set(one, now + more);
      }
    }
  }
}
