/** Upper bounds of the buckets, in milliseconds: 50 µs to 10 s. */
export const LATENCY_BOUNDS: readonly number[] = [
  0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000,
];

/**
 * Counts durations into buckets. Recording one is a short loop and two additions, because every call does it; a
 * prom-client histogram hashes its labels each time and costs twenty times as much.
 */
export class Latency {
  /** Per bucket of `LATENCY_BOUNDS`, then one for what is longer than all. */
  readonly buckets = new Float64Array(LATENCY_BOUNDS.length + 1);
  /** Milliseconds. */
  sum = 0;

  record(ms: number): void {
    let at = 0;
    while (at < LATENCY_BOUNDS.length && ms > LATENCY_BOUNDS[at]!) at++;
    this.buckets[at]!++;
    this.sum += ms;
  }
}
