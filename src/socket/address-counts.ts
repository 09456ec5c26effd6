/** How many sockets each client address holds. */
export class AddressCounts {
  readonly #counts = new Map<string, number>();

  /** Counts one more; false when `most` are there already (0 = unlimited). */
  take(address: string, most: number): boolean {
    const count = this.#counts.get(address) ?? 0;
    if (most > 0 && count >= most) return false;
    this.#counts.set(address, count + 1);
    return true;
  }

  /** One of them is closed. */
  give(address: string): void {
    const count = this.#counts.get(address) ?? 0;
    if (count > 1) this.#counts.set(address, count - 1);
    else this.#counts.delete(address);
  }
}
