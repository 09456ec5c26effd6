import { writeSync } from 'node:fs';

/** Takes whole lines. */
export interface LineWriter {
  write(line: string): unknown;
}

const STDERR = 2;
/** Bytes that may wait for a reader of standard error that has stopped; lines beyond are dropped and counted. */
const MAX_WAITING = 1 << 20;
/** Milliseconds. */
const RETRY_DELAY = 50;

/**
 * Lines to standard error that stop nobody: what a pipe doesn't take now waits here, up to a bound, and an exit doesn't
 * wait for it. (pino's own destination waits at exit until a stopped reader goes on, for ever if need be.)
 */
class StderrWriter implements LineWriter {
  #waiting: Buffer[] = [];
  #bytes = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    process.on('exit', () => this.#drain());
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#bytes + bytes.length > MAX_WAITING) {
      this.#dropped++;
      return;
    }
    this.#push(bytes);
    if (this.#timer === undefined) this.#drain();
  }

  #push(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
  }

  #drain(): void {
    this.#timer = undefined;
    for (let bytes = this.#waiting[0]; bytes !== undefined; bytes = this.#waiting[0]) {
      const taken = take(bytes);
      this.#bytes -= taken;
      if (taken < bytes.length) {
        this.#waiting[0] = bytes.subarray(taken);
        this.#timer = setTimeout(() => this.#drain(), RETRY_DELAY).unref();
        return;
      }
      this.#waiting.shift();
      if (this.#waiting.length === 0 && this.#dropped > 0) this.#reportDropped();
    }
  }

  #reportDropped(): void {
    const record = { level: 'warn', time: new Date().toISOString(), dropped: this.#dropped };
    this.#dropped = 0;
    this.#push(Buffer.from(`${JSON.stringify({ ...record, msg: 'dropped log lines: nobody read them' })}\n`));
  }
}

/** How many bytes standard error takes without waiting. */
function take(bytes: Buffer): number {
  try {
    return writeSync(STDERR, bytes);
  } catch (error) {
    // Any other error means that there is no reader any more, and nobody left to tell.
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : bytes.length;
  }
}

let writer: StderrWriter | undefined;

/** The process's one writer to standard error. */
export function stderrWriter(): LineWriter {
  if (writer === undefined) {
    // Node makes a pipe non-blocking when it opens the stream, and only then.
    void process.stderr;
    writer = new StderrWriter();
  }
  return writer;
}
