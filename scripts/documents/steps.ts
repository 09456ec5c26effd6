import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A step may take this long, in ms; what downloads or builds a tool first says more. */
const STEP_MS = 120_000;

interface Failed {
  readonly code?: number | string | null;
  readonly signal?: string | null;
  readonly killed?: boolean;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly message: string;
}

/** Runs a program. What it printed is in the error when it fails, and that it ran out of time. */
export async function run(
  program: string,
  args: readonly string[],
  { cwd, timeout = STEP_MS }: { cwd: string; timeout?: number },
): Promise<string> {
  const done = promisify(execFile)(program, args, { cwd, timeout, maxBuffer: 1 << 26 });
  return done.then(
    ({ stdout }) => stdout,
    ({ code, signal, killed, stdout = '', stderr = '', message }: Failed) => {
      if (code === 'ENOENT') throw new NotInstalled(program);
      const why = killed ? `did not end within ${timeout / 1000} s` : `exit ${code ?? signal}`;
      throw new Error(`${program} ${args[0] ?? ''}: ${why}\n${`${stdout}${stderr}`.trim() || message}`);
    },
  );
}

class NotInstalled extends Error {
  constructor(program: string) {
    super(`${program} is not installed`);
  }
}

/** Does steps one after the other, says how each ended, and remembers whether any failed. */
export class Steps {
  /** Where all tools are expected, one that is not installed is a failure. */
  readonly #isComplete = process.env.CI === 'true';
  failed = false;

  /** @returns whether it was done */
  async step(what: string, check: () => Promise<unknown>): Promise<boolean> {
    const start = performance.now();
    const seconds = (): string => `${((performance.now() - start) / 1000).toFixed(1)} s`;
    try {
      await check();
      console.log(`ok   ${what} (${seconds()})`);
      return true;
    } catch (error) {
      const { message } = error as Error;
      const isSkipped = error instanceof NotInstalled && !this.#isComplete;
      if (isSkipped) console.log(`skip ${what}: ${message}`);
      else console.error(`FAIL ${what} (${seconds()}): ${message.slice(0, 4000)}`);
      this.failed ||= !isSkipped;
      return false;
    }
  }
}

/** What one kind of tools makes of our documents. */
export type Part = (about: {
  readonly root: string;
  /** The stream socket as clients see it. */
  readonly document: string;
  /** A folder for what is made. */
  readonly out: string;
  readonly step: Steps['step'];
}) => Promise<void>;
