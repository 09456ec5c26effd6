/** Milliseconds that a deadline may be late; a call's timeout needs no better, and one timer then serves them all. */
const RESOLUTION = 25;

/** Something that ends by itself when its time is up. */
export interface Expiring {
  /** The deadline's bucket; owned by `Deadlines`. */
  bucket: Set<Expiring> | undefined;
  expire(): void;
}

const tickOf = (ms: number): number => Math.ceil(ms / RESOLUTION);

/** Many deadlines on one timer, which runs only while there are any. A deadline is never early. */
export class Deadlines {
  readonly #buckets = new Map<number, Set<Expiring>>();
  #timer: NodeJS.Timeout | undefined;
  #done = 0;

  add(entry: Expiring, ms: number): void {
    const now = performance.now();
    if (this.#timer === undefined) {
      this.#done = Math.floor(now / RESOLUTION);
      this.#timer = setInterval(() => this.#advance(), RESOLUTION).unref();
    }
    const tick = Math.max(tickOf(now + ms), this.#done + 1);
    let bucket = this.#buckets.get(tick);
    if (bucket === undefined) {
      bucket = new Set();
      this.#buckets.set(tick, bucket);
    }
    bucket.add(entry);
    entry.bucket = bucket;
  }

  remove(entry: Expiring): void {
    entry.bucket?.delete(entry);
    entry.bucket = undefined;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#buckets.clear();
  }

  #advance(): void {
    const now = Math.floor(performance.now() / RESOLUTION);
    while (this.#done < now && this.#buckets.size > 0) {
      this.#done += 1;
      const bucket = this.#buckets.get(this.#done);
      if (bucket === undefined) continue;
      this.#buckets.delete(this.#done);
      for (const entry of bucket) entry.expire();
    }
    if (this.#buckets.size === 0) this.close();
  }
}
