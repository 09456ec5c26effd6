import { RECORD_HEADER_BYTES } from './format.js';
import type { Patch } from './options.js';
import type { RecordView, RecordVisitor } from './records.js';
import { bounded, type LogState } from './state.js';

const recordBytes = (key: string, value: string): number =>
  RECORD_HEADER_BYTES + Buffer.byteLength(key) + Buffer.byteLength(value);

/** Keys and texts in a Map: what a repair found, and what no better index holds. */
export class MapState implements LogState, RecordVisitor {
  readonly replay: RecordVisitor = this;
  readonly #texts = new Map<string, string>();
  readonly #patched: Patch;
  liveBytes = 0;

  /** @param patched for logs that hold patches */
  constructor(patched: Patch = () => undefined) {
    this.#patched = patched;
  }

  get size(): number {
    return this.#texts.size;
  }

  get(key: string): string | undefined {
    return this.#texts.get(key);
  }

  put(record: RecordView): void {
    this.set(record.key(), record.value());
  }

  /** One that does not go on from what is here leaves that as it is. */
  patch(record: RecordView): boolean {
    const key = record.key();
    const base = this.get(key);
    const text = base === undefined ? undefined : this.#patched(key, base, record.value());
    if (text !== undefined) this.set(key, text);
    return text !== undefined;
  }

  set(key: string, value: string): void {
    this.delete(key);
    this.#texts.set(key, value);
    this.liveBytes += recordBytes(key, value);
  }

  delete(key: string): void {
    const old = this.#texts.get(key);
    if (old === undefined) return;
    this.#texts.delete(key);
    this.liveBytes -= recordBytes(key, old);
  }

  clear(prefix: string): void {
    for (const key of this.#texts.keys()) if (key.startsWith(prefix)) this.delete(key);
  }

  end(): void {}

  entries(): IterableIterator<[string, string]> {
    return this.#texts.entries();
  }

  stable(): IterableIterator<[string, string]> {
    return bounded(this.#texts, this.#texts.size);
  }
}
