const SLOTS = 4096;
const FNV_PRIME = 0x01000193;

interface Entry<T> {
  readonly prefix: string;
  readonly value: T;
}

/**
 * Finds what belongs to a one-byte text in a buffer without making a string of it. Each text has one slot: of two that
 * share one, the later stays. So it is bounded, and texts that were chosen to collide only find nothing.
 */
export class PrefixCache<T> {
  readonly #entries = new Array<Entry<T> | undefined>(SLOTS).fill(undefined);

  get(buffer: Buffer, from: number, to: number): T | undefined {
    const entry = this.#entries[slotOf(buffer, from, to)];
    return entry !== undefined && isTextAt(entry.prefix, buffer, from, to) ? entry.value : undefined;
  }

  /** @param prefix the text of `buffer[from, to)` */
  set(buffer: Buffer, from: number, to: number, prefix: string, value: T): void {
    this.#entries[slotOf(buffer, from, to)] = { prefix, value };
  }

  clear(): void {
    this.#entries.fill(undefined);
  }
}

function slotOf(buffer: Buffer, from: number, to: number): number {
  let hash = 0;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (buffer[at] as number), FNV_PRIME);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

function isTextAt(text: string, buffer: Buffer, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) !== buffer[from + at]) return false;
  return true;
}
