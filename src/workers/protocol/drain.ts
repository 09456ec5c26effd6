import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds that calls have to end when the workers close. */
const TIMEOUT_MS = 2_000;
const STEP_MS = 10;

/** Waits until no call runs any more, but not longer than 2 s. */
export async function drain(isBusy: () => boolean): Promise<void> {
  const end = performance.now() + TIMEOUT_MS;
  while (isBusy() && performance.now() < end) await delay(STEP_MS);
}
