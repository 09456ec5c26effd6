import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';

/** What a client prints: one JSON object a line. */
export interface Printed {
  /** What it shows, in its order. */
  readonly items?: readonly { readonly id: string; readonly data: unknown }[];
  /** `loading`, `live`, `stale` or `error`; a client that has none prints none. */
  readonly status?: string;
  readonly error?: string;
  readonly event?: { readonly type: string; readonly data: unknown };
}

const MAX_STDERR = 4_000;

/** The client command: gets `{url, streamName, groupId, id?}` as its first line of input, ends with its input. */
export class ClientProcess extends EventEmitter implements AsyncDisposable {
  readonly lines: Printed[] = [];
  stderr = '';
  /** Set when it ended, or printed what is no JSON. */
  fault: string | undefined;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor(command: string, about: object) {
    super();
    const child = spawn(command, { shell: true, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    this.#exited = once(child, 'exit').then(
      ([code]) => this.#fail(`the client ended with ${code}`),
      (error: Error) => this.#fail(`the client cannot be started: ${error.message}`),
    );
    child.stdin?.on('error', () => {});
    child.stdin?.write(`${JSON.stringify(about)}\n`);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-MAX_STDERR);
    });
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#kill(), 1_000);
    await this.#exited;
    clearTimeout(timer);
    // What a shell started may outlive it.
    this.#kill();
  }

  #kill(): void {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // It is gone.
    }
  }

  #take(line: string): void {
    try {
      this.lines.push(JSON.parse(line) as Printed);
    } catch {
      this.#fail(`printed what is no JSON: ${line}`);
    }
    this.emit('change');
  }

  #fail(why: string): void {
    this.fault ??= why;
    this.emit('change');
  }
}
