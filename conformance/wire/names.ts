import { randomUUID } from 'node:crypto';

/** In the middle of every name that a case makes: which case made it. */
const TAG = /-c[0-9a-f]{10}-/;

const UUID = /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;

/** Makes names that nobody else uses, and tells a case's own names from those of the cases beside it. */
export class Names {
  readonly #tag = `c${randomUUID().replaceAll('-', '').slice(0, 10)}`;
  #count = 0;

  /** A name of at most 14 + 3 bytes more than the hint. */
  make(hint: string): string {
    this.#count += 1;
    return `${hint}-${this.#tag}-${this.#count}`;
  }

  isOwn(name: unknown): boolean {
    return typeof name === 'string' && name.includes(`-${this.#tag}-`);
  }

  /** True for a name of another case, of this run or of another one. What is no name of any case is not foreign: it is wrong. */
  isForeign(name: unknown): boolean {
    return typeof name === 'string' && !this.isOwn(name) && TAG.test(name);
  }

  /** A text without names and ids that are made anew in every run, so that the same failure reads the same in every run. */
  strip(text: string): string {
    return text.replace(/-c[0-9a-f]{10}-\d+/g, '-…').replace(UUID, '…');
  }
}
