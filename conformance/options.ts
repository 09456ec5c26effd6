import { parseArgs } from 'node:util';
import type { Lacks } from './capabilities.js';
import { readEarlier, readLacks, readReasons } from './option-files.js';
import type { JsonReport } from './report/json.js';
import { FORMATS, type Format } from './report/report.js';
import { type Adapter, PROFILES, type Profile } from './runner/case.js';
import type { KnownFailing } from './runner/known-failing.js';
import { DEFAULTS } from './runner/run.js';
import { UsageError } from './usage-error.js';
import type { ConnectOptions } from './wire/wiring.js';

/** What is graded. */
export type Subject =
  | { readonly kind: 'running'; readonly engine: string; readonly stream: string }
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'report'; readonly report: JsonReport };

/** A report and where it goes: to stdout without a file. */
export interface ReportRequest {
  readonly format: Format;
  readonly file?: string;
}

/** How a target is graded. */
export interface Options {
  /** Absent with `list` or `help` only. */
  readonly subject?: Subject;
  readonly isAttached: boolean;
  readonly adapter: Adapter;
  readonly redisUrl?: string;
  readonly profiles: readonly Profile[];
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly lacks: Lacks;
  readonly knownFailing: KnownFailing;
  readonly reports: readonly ReportRequest[];
  readonly baseline?: JsonReport;
  readonly concurrency: number;
  readonly patience: number;
  readonly connect: ConnectOptions;
  readonly runTimeoutMs: number;
  readonly list: boolean;
  readonly help: boolean;
}

/** Reads the arguments of the command. @throws UsageError */
export async function readOptions(args: readonly string[]): Promise<Options> {
  const values = parse(args);
  const { list, help, baseline, attached: isAttached, 'redis-url': redisUrl } = values;
  const profiles = values.profile.map((name) => oneOf('--profile', name, PROFILES));
  if (profiles.includes('documented') && profiles.includes('documented-0.23'))
    throw new UsageError(
      '--profile documented and documented-0.23 are the same cases as two engines have them',
    );
  const options: Options = {
    isAttached,
    ...(redisUrl !== undefined ? { redisUrl } : {}),
    adapter: oneOf('--adapter', values.adapter, { in_memory: 1, file_based: 1, redis: 1 }),
    profiles,
    only: values.only,
    skip: values.skip,
    lacks: await readLacks(values.capabilities),
    knownFailing: await readReasons('--known-failing', values['known-failing']),
    reports: values.report.map((text) => reportOf(text, values.output)),
    ...(baseline !== undefined ? { baseline: await readEarlier('--baseline', baseline) } : {}),
    concurrency: integer('--concurrency', values.concurrency),
    patience: positive('--patience', values.patience),
    connect: {
      timeoutMs: integer('--connect-timeout', values['connect-timeout']),
      headers: headersOf(values.header, values.token),
    },
    runTimeoutMs: integer('--run-timeout', values['run-timeout']),
    list,
    help,
  };
  if (list || help) return options;
  const subject = await subjectOf(values);
  if (options.adapter === 'redis' && subject.kind === 'command' && redisUrl === undefined)
    throw new UsageError('--adapter redis needs --redis-url');
  return { ...options, subject };
}

async function subjectOf({ engine, stream, target, from }: ReturnType<typeof parse>): Promise<Subject> {
  if ((engine === undefined) !== (stream === undefined))
    throw new UsageError('--engine and --stream belong together');
  if ([engine, target, from].filter((one) => one !== undefined).length !== 1)
    throw new UsageError('give either --engine and --stream, or --target, or --from');
  if (target !== undefined) return { kind: 'command', command: target };
  if (from !== undefined) return { kind: 'report', report: await readEarlier('--from', from) };
  return { kind: 'running', engine: url('--engine', engine), stream: url('--stream', stream) };
}

function parse(args: readonly string[]) {
  const many = { type: 'string', multiple: true, default: [] as string[] } as const;
  const one = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const number = (value: number) => ({ type: 'string', default: String(value) }) as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        engine: one,
        stream: one,
        target: one,
        from: one,
        attached: flag,
        adapter: { type: 'string', default: 'in_memory' },
        'redis-url': one,
        header: many,
        token: one,
        profile: many,
        only: many,
        skip: many,
        capabilities: one,
        'known-failing': one,
        report: many,
        output: one,
        baseline: one,
        concurrency: number(DEFAULTS.concurrency),
        patience: number(DEFAULTS.patience),
        'connect-timeout': number(DEFAULTS.connect.timeoutMs),
        'run-timeout': number(DEFAULTS.runTimeoutMs),
        list: flag,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function reportOf(text: string, output: string | undefined): ReportRequest {
  const [name = '', ...rest] = text.split('=');
  const format = oneOf('--report', name, FORMATS);
  const file = rest.length > 0 ? rest.join('=') : output;
  return file === undefined ? { format } : { format, file };
}

function headersOf(texts: readonly string[], token: string | undefined): Readonly<Record<string, string>> {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  for (const text of texts) {
    const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*(.*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError(`--header is 'NAME: VALUE', not ${text}`);
    headers[name] = value;
  }
  return headers;
}

function url(option: string, text = ''): string {
  if (/^wss?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new UsageError(`${option} is a ws:// or wss:// URL, not ${text}`);
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

function integer(option: string, text: string): number {
  const value = positive(option, text);
  // Longer than that, a timer would fire at once.
  if (Number.isInteger(value) && value < 2 ** 31) return value;
  throw new UsageError(`${option} is a whole number below 2^31, not ${text}`);
}
