// Prints what the log costs on this machine: `node --expose-gc --import tsx src/store/log/testing/measure.ts [items]`.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Keyv } from 'keyv';
import { type LogStore, openLog } from '../index.js';

const ITEMS = Number(process.argv[2] ?? 1_000_000);
const VALUE = JSON.stringify({ id: 'user-1234567', text: 'x'.repeat(270) });
const key = (n: number): string => `i/presence/room-${n % 10_000}/user-${n}`;
const rss = (): string => {
  globalThis.gc?.();
  return `${Math.round(process.memoryUsage.rss() / 1e6)} MB`;
};

const root = await mkdtemp(path.join(os.tmpdir(), 'log-measure-'));
const open = (name: string, durability: 'always' | 'interval' = 'always'): Promise<LogStore> =>
  openLog({ directory: path.join(root, name), durability, saveIntervalMs: 1000, maxQueuedBytes: 2 ** 26 });

async function writers(
  name: string,
  count: number,
  ms: number,
  write: (n: number) => Promise<unknown>,
): Promise<void> {
  const end = performance.now() + ms;
  const times: number[] = [];
  let next = 0;
  const writer = async (): Promise<void> => {
    for (let begun = performance.now(); begun < end; begun = performance.now()) {
      next += 1;
      await write(next);
      times.push(performance.now() - begun);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: count }, writer));
  const perSecond = Math.round(times.length / ((performance.now() - started) / 1000));
  times.sort((a, b) => a - b);
  const p99 = times[Math.floor(times.length * 0.99)]?.toFixed(1);
  console.log(`${name}, ${count} writers: ${perSecond}/s, p99 ${p99} ms`);
}

try {
  for (const durability of ['always', 'interval'] as const) {
    const log = await open(durability, durability);
    const keyv = new Keyv<string>(log, {
      serialize: ({ value }) => value as string,
      deserialize: (text) => ({ value: text as never }),
      throwOnErrors: true,
      emitErrors: false,
      useKeyPrefix: false,
    });
    const entry = (n: number) => [{ key: key(n % 100_000), value: `${n} ${VALUE}` }];
    for (const count of [1, 16, 256])
      await writers(`${durability}, log`, count, 2000, (n) => log.setMany(entry(n)));
    await writers(`${durability}, Keyv`, 256, 2000, (n) => keyv.setMany(entry(n)));
    await log.close();
  }

  let log = await open('million');
  for (let from = 0; from < ITEMS; from += 1000) {
    await log.setMany(
      Array.from({ length: 1000 }, (_, i) => ({ key: key(from + i), value: `${from + i} ${VALUE}` })),
    );
  }
  console.log(`${ITEMS} written: RSS ${rss()}`);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const before = log.stats().compactions;
  const started = performance.now();
  while (log.stats().compactions === before) {
    const from = Math.floor(Math.random() * ITEMS);
    await log.setMany(
      Array.from({ length: 64 }, (_, i) => ({ key: key((from + i) % ITEMS), value: `${from} ${VALUE}` })),
    );
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `compaction under load within ${seconds} s, longest pause ${(delay.max / 1e6).toFixed(1)} ms`,
    log.stats(),
  );
  await log.close();
  for (let run = 1; run <= 3; run += 1) {
    const opened = performance.now();
    log = await open('million');
    const ms = Math.round(performance.now() - opened);
    console.log(`open ${log.stats().entries}: ${ms} ms, RSS ${rss()}`);
    await log.close();
  }
} finally {
  await rm(root, { recursive: true });
}
