#!/usr/bin/env node
import { writeFile } from 'node:fs/promises';
import { CASES } from './cases/index.js';
import { type Options, readOptions, USAGE, UsageError } from './options.js';
import { progress, renderConsole } from './report/console.js';
import { type About, render } from './report/report.js';
import { citesOf } from './requirements/requirements.js';
import { CommandLauncher } from './runner/command-launcher.js';
import { judge } from './runner/known-failing.js';
import { run } from './runner/run.js';
import { select } from './runner/select.js';
import { FixedTargets, LaunchedTargets } from './runner/targets.js';

async function main(): Promise<number> {
  const options = await readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const cases = select(CASES, options);
  if (cases.length === 0) throw new UsageError('no case is chosen');
  if (options.list) {
    for (const { id, profile } of cases) {
      process.stdout.write(`${id} (${profile})\n`);
      for (const { sentence, source } of citesOf(id)) process.stdout.write(`    ${sentence} [${source}]\n`);
    }
    return 0;
  }
  await using targets = targetsOf(options);
  const { adapter, redisUrl, lacks, concurrency, patience } = options;
  const results = await run(cases, {
    targets,
    facts: { adapter, canLaunch: targets.canLaunch, lacks },
    base: { adapter, ...(redisUrl === undefined ? {} : { redis_url: redisUrl }) },
    concurrency,
    patience,
    onResult: (result) => {
      const line = progress(result);
      if (line !== undefined) process.stderr.write(`${line}\n`);
    },
  });
  const verdict = judge(
    results,
    options.knownFailing,
    CASES.map(({ id }) => id),
  );
  const about: About = { target: options.command ?? options.running?.engine ?? '', adapter, cites: citesOf };
  const { report, output } = options;
  const text = report === undefined ? renderConsole(verdict, about) : render(report, verdict, about);
  if (output !== undefined) await writeFile(output, text);
  if (output === undefined) process.stdout.write(text);
  else process.stderr.write(renderConsole(verdict, about));
  return verdict.passed ? 0 : 1;
}

function targetsOf({ command, running }: Options): FixedTargets | LaunchedTargets {
  if (command !== undefined) return new LaunchedTargets(new CommandLauncher(command));
  if (running === undefined) throw new UsageError('there is no target');
  return new FixedTargets(running.engine, running.stream);
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
