import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a condition that nobody announces. */
export async function until(condition: () => boolean, what: string, withinMs = 5_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await delay(2);
  }
}
