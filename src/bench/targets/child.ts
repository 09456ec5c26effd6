import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';

/** See proc(5): what `clear_refs` takes as *reset the peak of the resident memory*. */
const RESET_PEAK = '5';

/** Which processor a process is bound to; undefined = any. */
export type Core = number | undefined;

/** Prefixes a command with what binds it to a core. */
export const pinned = (core: Core, command: readonly string[]): string[] =>
  core === undefined ? [...command] : ['taskset', '-c', String(core), ...command];

const alive = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** Ends a process with this one at the latest. */
export function guard(child: ChildProcess): void {
  alive.add(child);
  child.once('close', () => alive.delete(child));
}

/** A server in a process of its own; it ends with its user, and with this process at the latest. */
export class Child implements AsyncDisposable {
  readonly #process: ChildProcess;
  /** The first line that held `ready`. */
  readonly line: string;
  /** Milliseconds from the start of the process to that line. */
  readonly readyAfter: number;

  private constructor(process: ChildProcess, line: string, readyAfter: number) {
    this.#process = process;
    this.line = line;
    this.readyAfter = readyAfter;
  }

  /** Starts a command and waits for a line with `ready` in it. Rejects with what it wrote when it ends before. */
  static async start(command: readonly string[], options: { core: Core; cwd?: string }): Promise<Child> {
    const [file = '', ...args] = pinned(options.core, command);
    const began = performance.now();
    const child = spawn(file, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...process.env, III_URL: '', III_ENGINE_URL: '', NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    guard(child);
    let output = '';
    const line = await new Promise<string>((resolve, reject) => {
      const read = (text: string): void => {
        output = (output + text).slice(-10_000);
        const found = /^.*ready.*$/im.exec(output);
        if (found !== null && output.endsWith('\n')) resolve(found[0]);
      };
      child.stdout.setEncoding('utf8').on('data', read);
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-10_000);
      });
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`${file} ended with ${code}:\n${output}`)));
    });
    child.removeAllListeners('exit');
    return new Child(child, line, performance.now() - began);
  }

  get urls(): readonly [string, string] {
    const [rpc, socket] = this.line.match(/wss?:\/\/\S+/g) ?? [];
    if (rpc === undefined || socket === undefined) throw new Error(`no two addresses in: ${this.line}`);
    return [rpc, socket];
  }

  /** Resident memory, in bytes. */
  memory(): Promise<number> {
    return this.#status('VmRSS');
  }

  /** The most that it was since the last time that this was asked. */
  async peakMemory(): Promise<number> {
    const peak = await this.#status('VmHWM');
    await writeFile(`/proc/${this.#process.pid}/clear_refs`, RESET_PEAK);
    return peak;
  }

  /** Milliseconds that its threads have had a processor; the machine's other work does not count. */
  async cpu(): Promise<number> {
    const tasks = `/proc/${this.#process.pid}/task`;
    let ns = 0;
    for (const task of await readdir(tasks)) {
      ns += Number.parseInt(await readFile(`${tasks}/${task}/schedstat`, 'utf8'), 10);
    }
    return ns / 1e6;
  }

  async #status(field: string): Promise<number> {
    const status = await readFile(`/proc/${this.#process.pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 5_000);
    await gone;
    clearTimeout(timer);
  }
}
