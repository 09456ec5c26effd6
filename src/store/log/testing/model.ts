import type { TestLog } from './test-log.js';

/** One request of a scripted workload. */
export type Step =
  | { readonly kind: 'set'; readonly entries: readonly (readonly [string, string])[] }
  | { readonly kind: 'delete'; readonly keys: readonly string[] }
  | { readonly kind: 'clear'; readonly prefix: string };

/** Pseudo-random numbers in [0, 1): the same for the same seed, so that a failing run can be repeated. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Steps over few keys, so that most of what is written is overwritten; sizes are uneven, some values are not ASCII. */
export function randomSteps(count: number, chance: () => number, valueBytes = 200): Step[] {
  const key = (): string => `key-${Math.floor(chance() * 12)}:x`;
  const value = (n: number): string =>
    `${n} ${chance() < 0.2 ? '→é😀' : ''}${'v'.repeat(chance() * valueBytes)}`;
  return Array.from({ length: count }, (_, n): Step => {
    const kind = chance();
    if (kind < 0.02) return { kind: 'clear', prefix: '' };
    if (kind < 0.04) return { kind: 'clear', prefix: 'key-1:' };
    const keys = Array.from({ length: 1 + Math.floor(chance() * 3) }, key);
    if (kind < 0.2) return { kind: 'delete', keys };
    return { kind: 'set', entries: keys.map((name) => [name, value(n)]) };
  });
}

export async function run(log: TestLog, step: Step): Promise<void> {
  if (step.kind === 'set') await log.setMany(step.entries.map(([key, value]) => ({ key, value })));
  else if (step.kind === 'delete') await log.delete(...step.keys);
  else await log.clear(step.prefix);
}

/** A text that is equal for equal contents. */
export const contentOf = (entries: Iterable<readonly [string, string]>): string =>
  JSON.stringify([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

/** The contents after each number of steps, 0 first. */
export function contentsAfter(steps: readonly Step[]): string[] {
  const map = new Map<string, string>();
  const contents = [contentOf(map)];
  for (const step of steps) {
    if (step.kind === 'set') for (const [key, value] of step.entries) map.set(key, value);
    else if (step.kind === 'delete') for (const key of step.keys) map.delete(key);
    else
      for (const key of [...map.keys()]) {
        if (key.startsWith(step.prefix)) map.delete(key);
      }
    contents.push(contentOf(map));
  }
  return contents;
}
