import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { measure, type Result } from './measure.js';
import { readOptions } from './options.js';
import { type Failure, harness, markdown } from './report.js';
import { SCENARIOS } from './scenarios/index.js';
import type { Environment, Scenario } from './scenarios/scenario.js';
import { build } from './targets/build.js';
import { elsewhere } from './targets/target.js';

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const SERVER_CORE = 0;
const LOAD_CORE = 1;

const options = readOptions(process.argv.slice(2));
const chosen = SCENARIOS.filter(
  ({ name }) => options.only.length === 0 || options.only.some((pattern) => pattern.test(name)),
);
if (chosen.length === 0) {
  console.error(`no such scenario; there are ${SCENARIOS.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}
const main = await build(options.directory);
const environment: Environment = {
  core: options.pin ? SERVER_CORE : undefined,
  loadCore: options.pin ? LOAD_CORE : undefined,
  builds: [
    { name: 'iii-stream', main },
    ...(options.against === undefined ? [] : [{ name: 'before', main: options.against }]),
  ],
  other: options.other && elsewhere(...options.other),
  scale: options.scale,
};
// All threads of this process: what it runs is the load.
if (options.pin) execFileSync('taskset', ['-a', '-c', '-p', String(LOAD_CORE), String(process.pid)]);

const { rounds, ms } = options;
const about = { date: new Date().toISOString(), node: process.version, cpu: cpus()[0]?.model, rounds, ms };
const results: Result[] = [];
const failures: Failure[] = [];
for (const scenario of chosen) {
  try {
    const result = await measure(withBefore(scenario, environment), environment, options);
    results.push(result);
    const figures = result.series.map(({ name, median }) => `${name} ${Math.round(median)}`).join(', ');
    const ratios = result.ratios
      .map(({ of, to, ratio, cpuRatio }) => `${of}/${to} ${ratio.toFixed(2)} (CPU ${cpuRatio.toFixed(2)})`)
      .join(', ');
    if (!options.quick) console.error(`${scenario.name}: ${figures} ${result.unit}; ${ratios}`);
  } catch (error) {
    failures.push({
      scenario: scenario.name,
      reason: error instanceof Error ? error.message : String(error),
    });
    console.error(`${scenario.name} failed:`, error);
  }
  if (!options.quick) await save();
}

/** After each scenario, so that a run that is cut short was not for nothing. */
async function save(): Promise<void> {
  await mkdir(options.directory, { recursive: true });
  await writeFile(
    join(options.directory, 'results.json'),
    `${JSON.stringify({ ...about, results }, undefined, 2)}\n`,
  );
  await writeFile(join(options.directory, 'results.md'), markdown(results, failures));
}

/** Compares with the build that this one is measured against. */
function withBefore(scenario: Scenario, { builds }: Environment): Scenario {
  const [now, before] = builds;
  if (now === undefined || before === undefined) return scenario;
  return { ...scenario, goals: [...scenario.goals, { of: now.name, to: before.name }] };
}

console.log((options.quick ? harness : markdown)(results, failures));
process.exitCode = failures.length === 0 && results.length > 0 ? 0 : 1;
