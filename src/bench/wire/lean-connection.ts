import { connect, type Socket } from 'node:net';

const SHARED_BYTES = 1_048_576;
/** One read buffer for all connections: what is read is looked at before the next read. */
const SHARED = Buffer.allocUnsafeSlow(SHARED_BYTES);
const HEAD_END = '\r\n\r\n';

/** Takes what was read, from `from` to before `to`. The bytes are valid until it returns. */
export type OnBytes = (chunk: Buffer, from: number, to: number) => void;

export interface Wanted {
  /** Sent at once. */
  readonly request: string;
  /** How the head of a fine reply begins. */
  readonly reply: string;
}

/** A client's end of a connection that costs the load generator next to nothing. It is open once the head of the reply is read. */
export class LeanConnection {
  readonly #socket: Socket;
  readonly #wanted: Wanted;
  #onBytes: OnBytes = ignore;
  #onChunk: () => void = ignore;
  #head: string | undefined = '';
  #fail: (error: Error) => void = ignore;
  #open: () => void = ignore;
  readonly opened: Promise<this>;
  /** Bytes, those of the head included. */
  received = 0;

  constructor(url: string, wanted: Wanted) {
    const { hostname, port } = new URL(url);
    this.#wanted = wanted;
    this.opened = new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#open = () => resolve(this);
    });
    const onread = {
      buffer: SHARED,
      callback: (bytes: number) => {
        this.#read(bytes);
        return true;
      },
    };
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true, onread });
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error(`the connection to ${url} is closed`)));
    this.#socket.write(wanted.request);
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Stops, or starts again, to read. */
  pause(paused: boolean): void {
    if (paused) this.#socket.pause();
    else this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Who takes the bytes after the head; `onChunk` is called after each read. */
  protected take(onBytes: OnBytes, onChunk: () => void): void {
    this.#onBytes = onBytes;
    this.#onChunk = onChunk;
  }

  #read(bytes: number): void {
    this.received += bytes;
    let from = 0;
    if (this.#head !== undefined) {
      const known = this.#head.length;
      this.#head += SHARED.toString('latin1', 0, bytes);
      const end = this.#head.indexOf(HEAD_END);
      if (end === -1) return;
      if (!this.#head.startsWith(this.#wanted.reply)) {
        this.#fail(new Error(`refused: ${this.#head.slice(0, this.#head.indexOf('\r\n'))}`));
        return;
      }
      from = end + HEAD_END.length - known;
      this.#head = undefined;
      this.#open();
    }
    this.#onBytes(SHARED, from, bytes);
    this.#onChunk();
  }
}

/** Opens many, a hundred at a time. */
export async function openMany<C extends LeanConnection>(count: number, open: () => C): Promise<C[]> {
  const all: C[] = [];
  while (all.length < count) {
    const batch = Math.min(100, count - all.length);
    all.push(...(await Promise.all(Array.from({ length: batch }, () => open().opened))));
  }
  return all;
}

function ignore(): void {}
