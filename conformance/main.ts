#!/usr/bin/env node
import { writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { readAsset } from './asset.js';
import { CASES } from './cases/index.js';
import { clientMain } from './client/main.js';
import { type Options, readOptions } from './options.js';
import type { About } from './report/about.js';
import { compare } from './report/compare.js';
import { progress, renderComparison, renderConsole } from './report/console.js';
import { verdictOf } from './report/json.js';
import { render } from './report/report.js';
import { citesOf } from './requirements/requirements.js';
import type { Case } from './runner/case.js';
import { CommandLauncher } from './runner/command-launcher.js';
import { judge } from './runner/known-failing.js';
import type { Result, Verdict } from './runner/result.js';
import { run } from './runner/run.js';
import { select } from './runner/select.js';
import { FixedTargets, LaunchedTargets } from './runner/targets.js';
import { USAGE } from './usage.js';
import { UsageError } from './usage-error.js';

const SUITE = readAsset<{ version: string }>('package.json').version;

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  if (args.some((arg) => /^--client(=|$)/.test(arg))) return clientMain(args);
  const options = await readOptions(args);
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (options.subject?.kind === 'report') {
    const { report } = options.subject;
    const { target, adapter, attached, suite } = report;
    const about = { target, adapter, isAttached: attached, suite, cites: citesOf };
    return await tell(verdictOf(report), about, options);
  }
  const cases = select(CASES, options);
  if (cases.length === 0) throw new UsageError('no case is chosen');
  if (options.list) {
    list(cases);
    return 0;
  }
  const verdict = judge(
    await grade(cases, options),
    options.knownFailing,
    CASES.map(({ id }) => id),
  );
  const { subject, adapter, isAttached } = options;
  const target = subject?.kind === 'command' ? subject.command : (subject?.engine ?? '');
  return await tell(verdict, { target, adapter, isAttached, suite: SUITE, cites: citesOf }, options);
}

function list(cases: readonly Case[]): void {
  for (const { id, profile } of cases) {
    process.stdout.write(`${id} (${profile})\n`);
    for (const { sentence, source } of citesOf(id)) process.stdout.write(`    ${sentence} [${source}]\n`);
  }
}

async function grade(cases: readonly Case[], options: Options): Promise<readonly Result[]> {
  await using targets = targetsOf(options);
  using _signals = endingOnSignals(targets);
  const { adapter, redisUrl, lacks, concurrency, patience, connect, isAttached, runTimeoutMs } = options;
  return await run(cases, {
    targets,
    facts: { adapter, canLaunch: targets.canLaunch, lacks },
    base: { adapter, ...(redisUrl === undefined ? {} : { redis_url: redisUrl }) },
    concurrency,
    patience,
    connect,
    isAttached,
    runTimeoutMs,
    onResult: (result) => {
      const line = progress(result);
      if (line !== undefined) process.stderr.write(`${line}\n`);
    },
  });
}

/** Targets that were started here end with this process. */
function endingOnSignals(targets: AsyncDisposable): Disposable {
  const end = (signal: NodeJS.Signals): void => {
    const exit = (): void => process.exit(128 + constants.signals[signal]);
    targets[Symbol.asyncDispose]().then(exit, exit);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  return {
    [Symbol.dispose]: () => {
      process.off('SIGINT', end);
      process.off('SIGTERM', end);
    },
  };
}

/** Writes the reports; returns the exit code. */
async function tell(verdict: Verdict, about: About, { reports, baseline }: Options): Promise<number> {
  const printed = reports.filter(({ file }) => file === undefined);
  for (const { format, file } of reports)
    if (file !== undefined) await writeFile(file, render(format, verdict, about));
  for (const { format } of printed) process.stdout.write(render(format, verdict, about));
  // A report on stdout stays readable for programs.
  const summary = printed.length === 0 ? process.stdout : process.stderr;
  summary.write(renderConsole(verdict, about));
  if (baseline === undefined) return verdict.passed ? 0 : 1;
  const comparison = compare(baseline.cases, verdict.results);
  summary.write(renderComparison(comparison));
  // Nothing is known of the cases that a stopped run did not come to.
  const isWhole = verdict.results.every(({ outcome }) => outcome !== 'not-run');
  return isWhole && comparison.worse.length === 0 && verdict.stale.length === 0 ? 0 : 1;
}

function targetsOf({ subject }: Options): FixedTargets | LaunchedTargets {
  if (subject?.kind === 'command') return new LaunchedTargets(new CommandLauncher(subject.command));
  if (subject?.kind !== 'running') throw new UsageError('there is no target');
  return new FixedTargets(subject.engine, subject.stream);
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever reads has read enough.
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isUsage = error instanceof UsageError;
    process.stderr.write(`${isUsage ? (error as Error).message : (error as Error).stack}\n`);
    process.exitCode = isUsage ? 2 : 1;
  },
);
