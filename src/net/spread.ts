import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds between two steps. */
const STEP_MS = 50;

/** Does something to each of many, a few at a time, evenly over `ms`. */
export async function spread<T>(all: readonly T[], ms: number, act: (one: T) => void): Promise<void> {
  const steps = Math.max(1, Math.floor(ms / STEP_MS));
  for (let step = 0; step < steps; step += 1) {
    const [from, to] = [step, step + 1].map((at) => Math.round((all.length * at) / steps));
    for (const one of all.slice(from, to)) act(one);
    await delay(ms / steps);
  }
}
