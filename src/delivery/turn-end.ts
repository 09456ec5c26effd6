/** What wants to be flushed once, at the end of this turn of the event loop. */
export interface Flushed {
  flush(): void;
}

/** Flushes together what changed in one turn, however often it changed. */
export class TurnEnd {
  readonly #onFlushed: ((ms: number) => void) | undefined;
  #due: Flushed[] = [];
  #immediate: NodeJS.Immediate | undefined;

  /** @param onFlushed told after each turn, with the ms since the first was due */
  constructor(onFlushed: ((ms: number) => void) | undefined) {
    this.#onFlushed = onFlushed;
  }

  add(one: Flushed): void {
    this.#due.push(one);
    if (this.#immediate !== undefined) return;
    const since = performance.now();
    this.#immediate = setImmediate(() => {
      this.#immediate = undefined;
      const due = this.#due;
      this.#due = [];
      for (const each of due) each.flush();
      this.#onFlushed?.(performance.now() - since);
    });
  }

  /** Flushes nothing any more. */
  close(): void {
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
  }
}
