/** A binary heap by time: the earliest entry is at its top. */
export class Heap<T extends { readonly at: number }> {
  #entries: T[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** The entry with the least `at`. */
  get top(): T | undefined {
    return this.#entries[0];
  }

  push(entry: T): void {
    this.#entries.push(entry);
    this.#rise(this.#entries.length - 1);
  }

  pop(): T | undefined {
    const entries = this.#entries;
    const top = entries[0];
    const last = entries.pop();
    if (last !== undefined && entries.length > 0) {
      entries[0] = last;
      this.#sink(0);
    }
    return top;
  }

  /** Drops what `keep` does not want; costs what the heap holds. */
  filter(keep: (entry: T) => boolean): void {
    this.#entries = this.#entries.filter(keep);
    for (let index = (this.#entries.length >> 1) - 1; index >= 0; index -= 1) this.#sink(index);
  }

  #rise(from: number): void {
    const entries = this.#entries;
    const entry = entries[from]!;
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (entries[parent]!.at <= entry.at) break;
      entries[index] = entries[parent]!;
      index = parent;
    }
    entries[index] = entry;
  }

  #sink(from: number): void {
    const entries = this.#entries;
    const entry = entries[from]!;
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && entries[child + 1]!.at < entries[child]!.at) child += 1;
      if (entries[child]!.at >= entry.at) break;
      entries[index] = entries[child]!;
      index = child;
    }
    entries[index] = entry;
  }
}
