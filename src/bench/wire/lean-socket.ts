import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { FrameCounter, type OnFrame } from './frame-counter.js';

const SHARED_BYTES = 1_048_576;
/** One read buffer for all sockets: what is read is looked at before the next read. */
const SHARED = Buffer.allocUnsafeSlow(SHARED_BYTES);
/** Empty, with a masking key of zero. */
const PONG = Uint8Array.of(0x8a, 0x80, 0, 0, 0, 0);
const HEAD_END = '\r\n\r\n';

/** A client's end of a WebSocket that costs the load generator next to nothing. */
export class LeanSocket {
  readonly #socket: Socket;
  readonly #counter: FrameCounter;
  #onChunk: () => void = ignore;
  #onFrame: OnFrame = ignore;
  #head: string | undefined = '';
  readonly opened: Promise<this>;
  /** Bytes, those of the handshake included. */
  received = 0;

  private constructor(url: string, onFrame: OnFrame) {
    const { hostname, port, pathname, search } = new URL(url);
    this.#onFrame = onFrame;
    this.#counter = new FrameCounter(
      (chunk, start, end) => this.#onFrame(chunk, start, end),
      () => this.#socket.write(PONG),
    );
    this.opened = new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#open = () => resolve(this);
    });
    this.#socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: {
        buffer: SHARED,
        callback: (bytes, buffer) => {
          this.#read(buffer, bytes);
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error(`the connection to ${url} is closed`)));
    const key = randomBytes(16).toString('base64');
    this.#socket.write(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13${HEAD_END}`,
    );
  }

  #fail: (error: Error) => void = ignore;
  #open: () => void = ignore;

  static open(url: string, onFrame: OnFrame = ignore): Promise<LeanSocket> {
    return new LeanSocket(url, onFrame).opened;
  }

  /** Changes who sees the frames; `onChunk` is called after those of one read. */
  listen(onFrame: OnFrame, onChunk: () => void = ignore): void {
    this.#onFrame = onFrame;
    this.#onChunk = onChunk;
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

  #read(buffer: Uint8Array, bytes: number): void {
    this.received += bytes;
    let from = 0;
    if (this.#head !== undefined) {
      const known = this.#head.length;
      this.#head += Buffer.from(buffer.buffer, buffer.byteOffset, bytes).toString('latin1');
      const end = this.#head.indexOf(HEAD_END);
      if (end === -1) return;
      if (!this.#head.startsWith('HTTP/1.1 101')) {
        this.#fail(new Error(`refused: ${this.#head.slice(0, this.#head.indexOf('\r\n'))}`));
        return;
      }
      from = end + HEAD_END.length - known;
      this.#head = undefined;
      this.#open();
    }
    this.#counter.take(buffer, from, bytes);
    this.#onChunk();
  }
}

/** Opens many, a hundred at a time. */
export async function openMany(url: string, count: number): Promise<LeanSocket[]> {
  const sockets: LeanSocket[] = [];
  while (sockets.length < count) {
    const batch = Math.min(100, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: batch }, () => LeanSocket.open(url)))));
  }
  return sockets;
}

function ignore(): void {}
