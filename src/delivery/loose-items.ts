/** Items that are remembered; with more, every item of the group counts as one of them. */
const MAX_ITEMS = 1_000;

/**
 * Items that somebody changed without a seq since their last change that has one: what readers hold of them is of no rev, so
 * nobody can say what ops would go on from.
 */
export class LooseItems {
  readonly #items = new Set<string>();

  add(item: string): void {
    if (!this.#isFull) this.#items.add(item);
  }

  has(item: string): boolean {
    return this.#isFull || this.#items.has(item);
  }

  /** The item's value is told, with its rev. */
  told(item: string): void {
    // Which ones are in it beside those that are remembered nobody knows.
    if (!this.#isFull) this.#items.delete(item);
  }

  get #isFull(): boolean {
    return this.#items.size > MAX_ITEMS;
  }
}
