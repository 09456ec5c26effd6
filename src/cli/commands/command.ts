import type { AdminClient } from '../admin-client.js';
import { UsageError } from '../usage-error.js';

/** What every command gets. */
export interface CommandContext {
  readonly admin: AdminClient;
  /** JSON lines instead of lines for a person. */
  readonly json: boolean;
  readonly options: {
    readonly config?: string | undefined;
    readonly since?: string | undefined;
    readonly item?: string | undefined;
    readonly 'if-rev'?: string | undefined;
    readonly stream?: string | undefined;
    readonly sse?: boolean | undefined;
    readonly once?: boolean | undefined;
    readonly count?: string | undefined;
  };
}

/** Runs one command; returns its exit code. */
export type Command = (args: readonly string[], context: CommandContext) => Promise<number>;

/** @throws UsageError unless there are as many arguments as wanted */
export function expectArguments(args: readonly string[], min: number, max: number, what: string): void {
  if (args.length < min || args.length > max) throw new UsageError(`expected: ${what}`);
}

/** The text of a JSON argument; `-` reads standard input. @throws UsageError when it is no JSON */
export async function jsonArgument(argument: string): Promise<string> {
  const text = argument === '-' ? await readStdin() : argument;
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw new UsageError(`not JSON (a text needs its quotes, '"like this"'): ${(error as Error).message}`);
  }
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** JSON text of an object whose fields are names, and `raw` fields that are JSON text already. */
export function payloadOf(
  names: Readonly<Record<string, string>>,
  raw: Readonly<Record<string, string>> = {},
): string {
  const fields = Object.entries(names).map(([key, value]) => `"${key}":${JSON.stringify(value)}`);
  for (const [key, text] of Object.entries(raw)) fields.push(`"${key}":${text}`);
  return `{${fields.join(',')}}`;
}
