import type { Entry } from './entry.js';

/** Bounds of what a group retains for members that catch up. */
const MAX_ENTRIES = 10_000;
const MAX_LENGTH = 8 * 1024 * 1024;

/** The newest messages of a group, kept once for all members that catch up. Bounded: may start anew. */
export class Retained {
  #entries: Entry[] = [];
  #length = 0;
  /** Index of the first entry; indexes grow for the group's whole life. */
  #base = 0;

  /** The index that the next entry gets. */
  get end(): number {
    return this.#base + this.#entries.length;
  }

  add(entry: Entry): void {
    if (this.#entries.length >= MAX_ENTRIES || this.#length > MAX_LENGTH) this.clear();
    this.#entries.push(entry);
    this.#length += entry.text.length;
  }

  /** Forgets the entries; whoever waits for one of them finds that `covers` is false. */
  clear(): void {
    this.#base = this.end;
    this.#entries = [];
    this.#length = 0;
  }

  /** True when every entry from `mark` on is still here. */
  covers(mark: number): boolean {
    return mark >= this.#base;
  }

  from(mark: number): readonly Entry[] {
    return this.#entries.slice(mark - this.#base);
  }
}
