/** Bounds of the waits between attempts, in ms. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Milliseconds to wait before the next attempt: doubling from `firstMs` up to `longestMs`. The later half of each wait
 * is random, so that many who lost the same peer do not come back in the same moment.
 *
 * @param attempt from 0
 */
export function backoffMs(
  attempt: number,
  { firstMs, longestMs }: Backoff,
  random: () => number = Math.random,
): number {
  const full = Math.min(firstMs * 2 ** attempt, longestMs);
  return Math.round(full * (0.5 + random() / 2));
}
