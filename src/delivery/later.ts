/** What is visited after a while: one timer for all of it, none while there is nothing. */
export class Later<T> {
  readonly #ms: number;
  readonly #visit: (one: T) => void;
  readonly #due = new Set<T>();
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number, visit: (one: T) => void) {
    this.#ms = ms;
    this.#visit = visit;
  }

  add(one: T): void {
    this.#due.add(one);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const due = [...this.#due];
      this.#due.clear();
      for (const one of due) this.#visit(one);
    }, this.#ms).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#due.clear();
  }
}
