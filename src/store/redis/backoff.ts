const FIRST_MS = 50;
const LONGEST_MS = 2_000;

/** Milliseconds until the next attempt: doubling, with jitter so that nodes do not come back all at once. */
export function backoff(attempt: number): number {
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(most * (0.5 + Math.random() / 2));
}
