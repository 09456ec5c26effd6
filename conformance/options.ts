import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { FORMATS, type Format } from './report/report.js';
import { type Adapter, CAPABILITIES, type Capability, PROFILES, type Profile } from './runner/case.js';
import type { KnownFailing } from './runner/known-failing.js';

export const USAGE = `Usage: iii-stream-conformance (--engine URL --stream URL | --target 'CMD') [options]

  --engine URL --stream URL  grade a running target
  --target 'CMD'             a command that gets a JSON config on stdin and prints {"engine": URL, "stream": URL}
  --adapter NAME             in_memory, file_based or redis: the adapter that the target runs on (default in_memory)
  --redis-url URL            the Redis that a target started by --target uses
  --profile NAME             only cases of this profile: ${Object.keys(PROFILES).join(', ')} (repeatable)
  --only GLOB, --skip GLOB   choose cases by id; * within a segment, ** across (repeatable)
  --capabilities FILE        what the target lacks: {"lacks": {"auth": "reason"}}
  --known-failing FILE       cases that fail, with reasons: {"socket/some-*": "reason"}
  --report FORMAT            json, junit or markdown, instead of the summary
  --output FILE              where the report goes (default stdout)
  --concurrency N            cases at one time (default 8)
  --patience N               multiplies every time limit (default 1)
  --list                     print the chosen cases and the sentences that they prove
  --help                     this text

Exit code: 0 passed, 1 failed, 2 usage.
`;

/** A fault in how the command was called. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Options {
  readonly running?: { readonly engine: string; readonly stream: string };
  readonly command?: string;
  readonly adapter: Adapter;
  readonly redisUrl?: string;
  readonly profiles: readonly Profile[];
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly lacks: Readonly<Partial<Record<Capability, string>>>;
  readonly knownFailing: KnownFailing;
  readonly report?: Format;
  readonly output?: string;
  readonly concurrency: number;
  readonly patience: number;
  readonly list: boolean;
  readonly help: boolean;
}

/** @throws UsageError */
export async function readOptions(args: readonly string[]): Promise<Options> {
  const values = parse(args);
  const { engine, stream, target: command, output } = values;
  const options: Options = {
    ...(engine !== undefined && stream !== undefined ? { running: { engine, stream } } : {}),
    ...(command !== undefined ? { command } : {}),
    ...(values['redis-url'] !== undefined ? { redisUrl: values['redis-url'] } : {}),
    ...(values.report !== undefined ? { report: oneOf('--report', values.report, FORMATS) } : {}),
    ...(output !== undefined ? { output } : {}),
    adapter: oneOf('--adapter', values.adapter, { in_memory: 1, file_based: 1, redis: 1 }),
    profiles: values.profile.map((name) => oneOf('--profile', name, PROFILES)),
    only: values.only,
    skip: values.skip,
    lacks: await readLacks(values.capabilities),
    knownFailing: await readReasons('--known-failing', values['known-failing']),
    concurrency: positive('--concurrency', values.concurrency),
    patience: positive('--patience', values.patience),
    list: values.list,
    help: values.help,
  };
  if (options.list || options.help) return options;
  if ((engine === undefined) !== (stream === undefined))
    throw new UsageError('--engine and --stream belong together');
  if ((options.running === undefined) === (command === undefined)) {
    throw new UsageError('give either --engine and --stream, or --target');
  }
  if (options.adapter === 'redis' && command !== undefined && options.redisUrl === undefined) {
    throw new UsageError('--adapter redis needs --redis-url');
  }
  return options;
}

function parse(args: readonly string[]) {
  const many = { type: 'string', multiple: true, default: [] as string[] } as const;
  const one = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        engine: one,
        stream: one,
        target: one,
        adapter: { type: 'string', default: 'in_memory' },
        'redis-url': one,
        profile: many,
        only: many,
        skip: many,
        capabilities: one,
        'known-failing': one,
        report: one,
        output: one,
        concurrency: { type: 'string', default: '8' },
        patience: { type: 'string', default: '1' },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function oneOf<T extends string>(option: string, value: string, known: Readonly<Record<T, unknown>>): T {
  if (Object.hasOwn(known, value)) return value as T;
  throw new UsageError(`${option} is one of ${Object.keys(known).join(', ')}, not ${value}`);
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UsageError(`${option} is a number above 0, not ${text}`);
}

async function readLacks(file: string | undefined): Promise<Options['lacks']> {
  if (file === undefined) return {};
  const { lacks } = (await readJson('--capabilities', file)) as { lacks?: unknown };
  const reasons = checkReasons('--capabilities', lacks ?? {});
  for (const name of Object.keys(reasons)) oneOf('a capability', name, CAPABILITIES);
  return reasons;
}

async function readReasons(
  option: string,
  file: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  return file === undefined ? {} : checkReasons(option, await readJson(option, file));
}

function checkReasons(option: string, value: unknown): Readonly<Record<string, string>> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : undefined;
  const good = entries?.every(([, reason]) => typeof reason === 'string' && reason.trim() !== '');
  if (!good) throw new UsageError(`${option}: every entry needs a reason`);
  return value as Readonly<Record<string, string>>;
}

async function readJson(option: string, file: string): Promise<object> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message}`);
  }
  throw new UsageError(`${option}: ${file} holds no object`);
}
