const SECOND = 1_000;

/** Grants `rate` takes at once and then `rate` per second. */
export class TokenBucket {
  #tokens: number;
  #filledAt: number;

  /** @param now ms, of any monotonic clock */
  constructor(rate: number, now: number) {
    this.#tokens = rate;
    this.#filledAt = now;
  }

  /** Takes one token; false when there is none. The rate may change between calls. */
  take(rate: number, now: number): boolean {
    this.#tokens = Math.min(rate, this.#tokens + ((now - this.#filledAt) * rate) / SECOND);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
