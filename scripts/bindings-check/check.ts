import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Command, type Language, languages } from './languages.js';
import { runTypeScript, strictly } from './typescript.js';
import { mismatch, type Outcome, type Row } from './vectors.js';

/** What came of one language: nothing to say when it is right. */
export interface Report {
  readonly language: string;
  /** What ran; undefined = it is not installed. */
  readonly version: string | undefined;
  readonly failures: readonly string[];
}

/** A build may take this long, in ms: a first one downloads what it needs. */
const TIMEOUT_MS = 300_000;

/** Compiles the bindings of a repository in each language that is installed and runs the test vectors. */
export async function checkBindings(root: string): Promise<readonly Report[]> {
  const rows = JSON.parse(
    await readFile(path.join(root, 'spec/vectors/messages.json'), 'utf8'),
  ) as readonly Row[];
  const typescript = async (): Promise<Report> => {
    const outcomes = await runTypeScript(root, rows);
    return {
      language: 'TypeScript',
      version: process.version,
      failures: judge(rows.map(strictly), outcomes),
    };
  };
  return Promise.all([typescript(), checkOthers(root, rows)]).then(([first, others]) => [first, ...others]);
}

/** As {@link checkBindings}, of the languages below `generated/bindings/`. */
export const checkOthers = (root: string, rows: readonly Row[]): Promise<readonly Report[]> =>
  Promise.all(languages(root).map((language) => checkLanguage(language, rows)));

async function checkLanguage(language: Language, rows: readonly Row[]): Promise<Report> {
  const { name } = language;
  const version = await run(language.version);
  if (version === undefined) return { language: name, version, failures: [] };
  const report = { language: name, version: version.stdout.trim() };
  for (const command of language.checks) {
    const done = await run(command);
    if (done === undefined || done.code !== 0 || done.stdout !== '')
      return { ...report, failures: [told(command, done)] };
  }
  const done = await run(language.run);
  if (done === undefined || done.code !== 0) return { ...report, failures: [told(language.run, done)] };
  const lines = done.stdout.trim().split('\n');
  return {
    ...report,
    failures: judge(
      rows,
      lines.map((line) => JSON.parse(line) as Outcome),
    ),
  };
}

function judge(rows: readonly Row[], outcomes: readonly Outcome[]): readonly string[] {
  const byName = new Map(outcomes.map((outcome) => [outcome.name, outcome]));
  return rows.flatMap((row) => {
    const fault = mismatch(row, byName.get(row.name));
    return fault === undefined ? [] : [`${row.name}: ${fault}`];
  });
}

interface Done {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const told = ({ program, args }: Command, done: Done | undefined): string =>
  `${program} ${args[0]}: ${done === undefined ? 'is not installed' : `exit status ${done.code}\n${done.stdout}${done.stderr}`}`;

/** @returns undefined when there is no such program. */
function run({ program, args, cwd, env }: Command): Promise<Done | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // The timer of a `timeout` would outlive a program that is not there.
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(undefined);
      else if (error.name !== 'AbortError') reject(error);
    });
    // After a timeout too, which leaves no code.
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
