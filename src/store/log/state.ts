import { RECORD_HEADER_BYTES } from './format.js';
import type { RecordVisitor } from './records.js';

/** One Map of a million keys stops the process for half a second whenever it grows; a thousand small ones do not. */
const SHARDS = 1024;

const recordBytes = (key: string, value: string): number =>
  RECORD_HEADER_BYTES + Buffer.byteLength(key) + Buffer.byteLength(value);

/** What the log says is true: every live key and its text. */
export class LogState implements RecordVisitor {
  readonly #shards: readonly Map<string, string>[] = Array.from({ length: SHARDS }, () => new Map());
  #size = 0;
  #liveBytes = 0;

  get size(): number {
    return this.#size;
  }

  /** What a snapshot of the state would take on disk, without frame headers. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  get(key: string): string | undefined {
    return this.#shard(key).get(key);
  }

  has(key: string): boolean {
    return this.#shard(key).has(key);
  }

  set(key: string, value: string, bytes = recordBytes(key, value)): void {
    const shard = this.#shard(key);
    const old = shard.get(key);
    if (old === undefined) this.#size += 1;
    else this.#liveBytes -= recordBytes(key, old);
    this.#liveBytes += bytes;
    shard.set(key, value);
  }

  /** False when the key was not there. */
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

  /** Every entry, in no particular order. */
  *entries(): IterableIterator<[string, string]> {
    for (const shard of this.#shards) yield* shard.entries();
  }

  /**
   * Every key that was there when the iteration began and is there when its turn comes, some that came later, and
   * never more than there were: keys that are added all the time cannot keep it going.
   */
  *stable(): IterableIterator<[string, string]> {
    for (const shard of this.#shards) {
      let left = shard.size;
      if (left === 0) continue;
      for (const entry of shard) {
        yield entry;
        left -= 1;
        if (left === 0) break;
      }
    }
  }

  #shard(key: string): Map<string, string> {
    let hash = 0;
    for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
    return this.#shards[(hash ^ (hash >>> 15)) & (SHARDS - 1)] as Map<string, string>;
  }
}
