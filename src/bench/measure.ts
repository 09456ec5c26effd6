import { setTimeout as delay } from 'node:timers/promises';
import type { Environment, Scenario, Series } from './scenarios/scenario.js';
import { median, type Spread, spread } from './statistics.js';

export interface Rounds {
  /** Counted rounds. */
  readonly rounds: number;
  /** Rounds before them, which do not count. */
  readonly warmUp: number;
  /** Milliseconds of one measurement. */
  readonly ms: number;
}

export interface Ratio {
  readonly of: string;
  readonly to: string;
  /** The median of the rounds' ratios. */
  readonly ratio: number;
  /** Of the rounds' ratios. */
  readonly spread: Spread;
  /** The same of what a second of the server's processor time brings; the machine's other work does not disturb it. */
  readonly cpuRatio: number;
  readonly atLeast: number | undefined;
  readonly atMost: number | undefined;
}

export interface SeriesResult {
  readonly name: string;
  readonly median: number;
  /** The median of what a second of the server's processor time brings. */
  readonly perCpu: number;
  readonly figures: readonly number[];
}

export interface Result {
  readonly scenario: string;
  readonly unit: string;
  readonly bound: number | undefined;
  readonly series: readonly SeriesResult[];
  readonly ratios: readonly Ratio[];
}

/** A measurement that takes longer than that is stuck: something was lost. */
const PATIENCE_MS = 60_000;

async function inTime(figure: Promise<number>, what: string): Promise<number> {
  const timer = new AbortController();
  const late = delay(PATIENCE_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${what}: no figure within ${PATIENCE_MS} ms, something was lost`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([figure, late]);
  } finally {
    timer.abort();
  }
}

interface Running {
  readonly name: string;
  readonly measured: Awaited<ReturnType<Series['open']>>;
  readonly figures: number[];
  readonly perCpu: number[];
}

/** Takes the figures of all series in turn, so that a machine that slows down slows them all down. */
export async function measure(scenario: Scenario, environment: Environment, rounds: Rounds): Promise<Result> {
  const running: Running[] = [];
  try {
    for (const series of await scenario.series(environment)) {
      running.push({ name: series.name, measured: await series.open(), figures: [], perCpu: [] });
    }
    await takeTurns(running, scenario.name, rounds);
  } finally {
    for (const { measured } of running) {
      measured.close();
      await measured[Symbol.asyncDispose]?.();
    }
  }
  return summarise(scenario, running);
}

async function takeTurns(running: readonly Running[], scenario: string, rounds: Rounds): Promise<void> {
  for (let round = -rounds.warmUp; round < rounds.rounds; round += 1) {
    for (let i = 0; i < running.length; i += 1) {
      // Nobody always runs right after the same neighbour.
      const { name, measured, figures, perCpu } = running[(i + round + rounds.warmUp) % running.length]!;
      await measured.enter?.();
      const before = (await measured.cpu?.()) ?? Number.NaN;
      const began = performance.now();
      const figure = await inTime(measured.run(rounds.ms), `${scenario} on ${name}`);
      const cpu = (await measured.cpu?.()) ?? Number.NaN;
      measured.leave?.();
      if (round < 0) continue;
      figures.push(figure);
      perCpu.push((figure * (performance.now() - began)) / (cpu - before));
    }
  }
}

function summarise(scenario: Scenario, running: readonly Running[]): Result {
  const ratiosOf = (of: string, to: string, kind: 'figures' | 'perCpu'): readonly number[] => {
    const base = running.find(({ name }) => name === to)?.[kind] ?? [];
    const own = running.find(({ name }) => name === of)?.[kind] ?? [];
    return own.map((figure, round) => figure / base[round]!);
  };
  const ratios = scenario.goals.map(({ of, to, atLeast, atMost }) => {
    const all = ratiosOf(of, to, 'figures');
    const cpuRatio = median(ratiosOf(of, to, 'perCpu'));
    return { of, to, ratio: median(all), spread: spread(all), cpuRatio, atLeast, atMost };
  });
  const series = running.map(({ name, figures, perCpu }) => ({
    name,
    median: median(figures),
    perCpu: median(perCpu),
    figures,
  }));
  return { scenario: scenario.name, unit: scenario.unit, bound: scenario.bound, series, ratios };
}
