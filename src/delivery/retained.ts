import type { JsonText } from '../../generated/json-text.js';

/** One message of a topic's feed. */
export interface Entry {
  /** 0 for what nobody sequenced: custom events, and changes of custom streams or other engines. */
  readonly seq: number;
  readonly item: string | undefined;
  readonly text: JsonText;
  /** True for a custom event: a client that misses it is told the count and gets nothing else. */
  readonly isEvent: boolean;
}

/** Bounds of what a topic retains for members that wait for an answer. */
const MAX_ENTRIES = 10_000;
const MAX_LENGTH = 8 * 1024 * 1024;

/** The newest messages of a topic, kept once for all members that wait for the source's answer. Bounded: may start anew. */
export class Retained {
  #entries: Entry[] = [];
  #length = 0;
  /** Index of the first entry; indexes grow for the topic's whole life. */
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
