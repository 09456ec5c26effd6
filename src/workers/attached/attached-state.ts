/** `ready`: connected, and everything is registered. */
export type AttachedState = 'connecting' | 'ready' | 'closed';

/** The state, and who is told of its changes. */
export class StateWatch {
  readonly #listeners = new Set<(state: AttachedState) => void>();
  #current: AttachedState = 'connecting';

  get current(): AttachedState {
    return this.#current;
  }

  enter(state: AttachedState): void {
    if (state === this.#current) return;
    this.#current = state;
    for (const listener of this.#listeners) listener(state);
    if (state === 'closed') this.#listeners.clear();
  }

  /** Tells `listener` about every change, until the returned function is called. */
  listen(listener: (state: AttachedState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves with the next state that is not `connecting`. */
  settled(): Promise<Exclude<AttachedState, 'connecting'>> {
    return new Promise((resolve) => {
      const stop = this.listen((state) => {
        if (state === 'connecting') return;
        stop();
        resolve(state);
      });
    });
  }
}
