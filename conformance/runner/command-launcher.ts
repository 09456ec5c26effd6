import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { TargetFault } from '../wire/faults.js';
import type { Launcher, Target, TargetConfig } from './target.js';

const MAX_STDERR = 8_000;
/** Lines that a target that went away is quoted with. */
const MAX_LAST_WORDS = 6;
const STACK_FRAME = /^\s+at /;
const GROUP_POLL_MS = 5;
/** After 10 s, what is left of a group is not waited for. */
const GROUP_POLLS = 2_000;

/**
 * Starts a target by a shell command: the configuration goes to its stdin as JSON, one line of JSON
 * `{"engine": URL, "stream": URL, "offers"?: [capability, …]}` comes from its stdout once it listens. SIGTERM ends it gracefully, SIGKILL crashes it.
 */
export class CommandLauncher implements Launcher {
  readonly #command: string;
  readonly #startTimeoutMs: number;

  constructor(command: string, startTimeoutMs = 30_000) {
    this.#command = command;
    this.#startTimeoutMs = startTimeoutMs;
  }

  async launch(config: TargetConfig, signal?: AbortSignal): Promise<Target> {
    signal?.throwIfAborted();
    // A group of its own, so that signals reach what the shell starts.
    const child = spawn(this.#command, { shell: true, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    // 'error' instead of 'exit' only when nothing could be started at all.
    const exited = once(child, 'exit').then(
      ([code]) => code as number | null,
      () => null,
    );
    const stderr = tail(child);
    child.stdin?.on('error', () => {});
    child.stdin?.end(`${JSON.stringify(config)}\n`);
    const end = async (signal: NodeJS.Signals): Promise<number | null> => {
      signalGroup(child, signal);
      const code = await exited;
      // A wrapper may go before what it started; only then is the target's data free for the next one.
      for (let left = GROUP_POLLS; left > 0 && signalGroup(child, 0); left--) await delay(GROUP_POLL_MS);
      return code;
    };
    const abort = (): void => void end('SIGKILL');
    signal?.addEventListener('abort', abort);
    void exited.then(() => signal?.removeEventListener('abort', abort));
    try {
      const addressed = statement(await this.#firstLine(child, exited, stderr));
      const lastWords = (): readonly string[] =>
        stderr()
          .split('\n')
          .filter((line) => line.trim() !== '' && !STACK_FRAME.test(line))
          .slice(-MAX_LAST_WORDS);
      return {
        ...addressed,
        lastWords,
        pause: (isPaused) => void signalGroup(child, isPaused ? 'SIGSTOP' : 'SIGCONT'),
        stop: () => end('SIGTERM'),
        kill: async () => void (await end('SIGKILL')),
      };
    } catch (error) {
      await end('SIGKILL');
      throw error;
    }
  }

  #firstLine(child: ChildProcess, exited: Promise<number | null>, stderr: () => string): Promise<string> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void =>
        reject(new TargetFault(`the target command ${why}: ${this.#command}\n${stderr()}`.trimEnd()));
      const timer = setTimeout(
        () => fail(`printed no addresses in ${this.#startTimeoutMs} ms`),
        this.#startTimeoutMs,
      );
      let out = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        out += text;
        if (!out.includes('\n')) return;
        clearTimeout(timer);
        resolve(out.slice(0, out.indexOf('\n')));
      });
      child.once('error', (error) => fail(`cannot be started (${error.message})`));
      void exited.then((code) => {
        clearTimeout(timer);
        fail(`ended with ${code} before it printed its addresses`);
      });
    });
  }
}

/** False when nobody is left in the group. Signal 0 only asks. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false;
  try {
    return process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

function tail(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (more: string) => {
    text = (text + more).slice(-MAX_STDERR);
  });
  return () => text;
}

/** What a target says of itself once it listens. */
function statement(line: string): Pick<Target, 'engine' | 'stream' | 'offers'> {
  try {
    const { engine, stream, offers } = JSON.parse(line) as Partial<Record<string, unknown>>;
    if (typeof engine === 'string' && typeof stream === 'string')
      return { engine, stream, ...(Array.isArray(offers) ? { offers: offers.map(String) } : {}) };
  } catch {
    // Said below.
  }
  throw new TargetFault(`the target command's first line is not {"engine": URL, "stream": URL}: ${line}`);
}
