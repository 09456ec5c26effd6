import { RECORD_HEADER_BYTES } from './format.js';
import type { RecordView, RecordVisitor } from './records.js';
import { bounded, type LogState } from './state.js';

/** One Map of a million keys stops the process for half a second whenever it grows; a thousand small ones do not. */
const SHARDS = 1024;

const recordBytes = (key: string, value: string): number =>
  RECORD_HEADER_BYTES + Buffer.byteLength(key) + Buffer.byteLength(value);

/** Keys and texts in Maps: what a repair found, and what no better index holds. */
export class MapState implements LogState, RecordVisitor {
  readonly replay: RecordVisitor = this;
  readonly #shards: readonly Map<string, string>[] = Array.from({ length: SHARDS }, () => new Map());
  #size = 0;
  #liveBytes = 0;

  get size(): number {
    return this.#size;
  }

  get liveBytes(): number {
    return this.#liveBytes;
  }

  get(key: string): string | undefined {
    return this.#shard(key).get(key);
  }

  put(record: RecordView): void {
    this.set(record.key(), record.value(), record.bytes);
  }

  set(key: string, value: string, bytes = recordBytes(key, value)): void {
    const shard = this.#shard(key);
    const old = shard.get(key);
    if (old === undefined) this.#size += 1;
    else this.#liveBytes -= recordBytes(key, old);
    this.#liveBytes += bytes;
    shard.set(key, value);
  }

  delete(key: string): boolean {
    const shard = this.#shard(key);
    const old = shard.get(key);
    if (old === undefined) return false;
    shard.delete(key);
    this.#size -= 1;
    this.#liveBytes -= recordBytes(key, old);
    return true;
  }

  clear(prefix: string): void {
    if (prefix === '') {
      for (const shard of this.#shards) shard.clear();
      this.#size = 0;
      this.#liveBytes = 0;
      return;
    }
    for (const shard of this.#shards) {
      for (const key of shard.keys()) if (key.startsWith(prefix)) this.delete(key);
    }
  }

  end(): void {}

  *entries(): IterableIterator<[string, string]> {
    for (const shard of this.#shards) yield* shard.entries();
  }

  *stable(): IterableIterator<[string, string]> {
    for (const shard of this.#shards) yield* bounded(shard, shard.size);
  }

  #shard(key: string): Map<string, string> {
    let hash = 0;
    for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
    return this.#shards[(hash ^ (hash >>> 15)) & (SHARDS - 1)] as Map<string, string>;
  }
}
