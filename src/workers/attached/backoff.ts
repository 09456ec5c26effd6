const FIRST_MS = 100;
const LONGEST_MS = 3_000;
const FACTOR = 2;
/** The share of a wait that chance decides, so that many workers don't return in the same moment. */
const JITTER = 0.5;

/** Milliseconds to wait before the next attempt: doubling up to 3 s, the later half of it random. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(FIRST_MS * FACTOR ** attempt, LONGEST_MS);
  return Math.round(full * (1 - JITTER + JITTER * random()));
}
