import { readFile } from 'node:fs/promises';
import { CAPABILITIES, type Lacks, lacksBeside } from './capabilities.js';
import { type JsonReport, readReport } from './report/json.js';
import { UsageError } from './usage-error.js';

/** Reads what a target lacks, with reasons, or all that it offers. @throws UsageError */
export async function readLacks(file: string | undefined): Promise<Lacks> {
  if (file === undefined) return {};
  const option = '--capabilities';
  const { lacks, offers } = (await readJson(option, file)) as { lacks?: unknown; offers?: unknown };
  if (offers !== undefined && !Array.isArray(offers))
    throw new UsageError(`${option}: "offers" is a list of capabilities`);
  const reasons = checkReasons(option, lacks ?? {});
  for (const name of [...Object.keys(reasons), ...((offers as string[] | undefined) ?? [])])
    if (!CAPABILITIES.some((one) => one === name))
      throw new UsageError(`${option}: ${name} is none of ${CAPABILITIES.join(', ')}`);
  return { ...(offers === undefined ? {} : lacksBeside(offers as string[])), ...reasons };
}

/** Reads texts by names, each with a reason. @throws UsageError */
export async function readReasons(
  option: string,
  file: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  return file === undefined ? {} : checkReasons(option, await readJson(option, file));
}

/** Reads an earlier report. @throws UsageError */
export async function readEarlier(option: string, file: string): Promise<JsonReport> {
  try {
    return readReport(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${option}: ${file}: ${(error as Error).message}`);
  }
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
