/** Labels that are told apart; a custom stream's worker may invent error codes without end. */
const MAX_LABELS = 64;

/** Counts by a short label, such as an error code. */
export class Tally {
  readonly #counts = new Map<string, number>();

  count(label: string): void {
    const known = this.#counts.has(label) || this.#counts.size < MAX_LABELS ? label : 'other';
    this.#counts.set(known, (this.#counts.get(known) ?? 0) + 1);
  }

  /** Of all labels. */
  get total(): number {
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }

  [Symbol.iterator](): IterableIterator<[label: string, count: number]> {
    return this.#counts.entries();
  }
}
