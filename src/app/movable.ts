/** What listens at an address. */
export interface MovableListener {
  /** @throws LocalError `port_taken`, `listen_failed` */
  listen(): Promise<{ readonly url: string }>;
  close(): Promise<void>;
}

/** A listener that is bound, and not in its place yet. */
export interface Move {
  /** Puts it in its place, and closes the one before. */
  place(): Promise<void>;
  /** Closes it; everything is as before. */
  discard(): Promise<void>;
}

/** A listener that may move to another address: the new one listens before the old one goes. */
export class Movable<L extends MovableListener> {
  readonly #leaving = new Set<L>();
  #current: L | undefined;
  #url: string | undefined;

  /** Where it listens; undefined while there is none. */
  get url(): string | undefined {
    return this.#url;
  }

  /** The one in place, and those that are still closing. */
  *all(): IterableIterator<L> {
    if (this.#current !== undefined) yield this.#current;
    yield* this.#leaving;
  }

  /**
   * Binds the next one.
   *
   * @param next undefined = there will be none
   * @throws LocalError `port_taken`, `listen_failed`; everything is as before then
   */
  async bind(next: L | undefined): Promise<Move> {
    let url: string | undefined;
    try {
      url = (await next?.listen())?.url;
    } catch (error) {
      await next?.close();
      throw error;
    }
    return { place: () => this.#place(next, url), discard: async () => next?.close() };
  }

  async close(): Promise<void> {
    await Promise.all([...this.all()].map((one) => one.close()));
  }

  async #place(next: L | undefined, url: string | undefined): Promise<void> {
    const old = this.#current;
    this.#current = next;
    this.#url = url;
    if (old === undefined) return;
    this.#leaving.add(old);
    await old.close();
    this.#leaving.delete(old);
  }
}
