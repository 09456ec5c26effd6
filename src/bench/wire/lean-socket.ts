import { randomBytes } from 'node:crypto';
import { FrameCounter, type OnFrame } from './frame-counter.js';
import { LeanConnection, type OnBytes, openMany } from './lean-connection.js';

/** Empty, with a masking key of zero. */
const PONG = Uint8Array.of(0x8a, 0x80, 0, 0, 0, 0);

function handshake(url: string): string {
  const { host, pathname, search } = new URL(url);
  const key = randomBytes(16).toString('base64');
  return (
    `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`
  );
}

/** A client's end of a WebSocket. */
export class LeanSocket extends LeanConnection {
  readonly #counter: FrameCounter;
  #onFrame: OnFrame;

  constructor(url: string, onFrame: OnFrame = ignore) {
    super(url, { request: handshake(url), reply: 'HTTP/1.1 101' });
    this.#onFrame = onFrame;
    this.#counter = new FrameCounter(
      (chunk, start, end) => this.#onFrame(chunk, start, end),
      () => this.send(PONG),
    );
    this.listen(onFrame);
  }

  /** Bytes of the longest frame, its header included. */
  get longestFrame(): number {
    return this.#counter.longest;
  }

  static open(url: string, onFrame: OnFrame = ignore): Promise<LeanSocket> {
    return new LeanSocket(url, onFrame).opened;
  }

  static openMany(url: string, count: number): Promise<LeanSocket[]> {
    return openMany(count, () => new LeanSocket(url));
  }

  /** Changes who sees the frames; `onChunk` is called after those of one read, `onBytes` before that with what was read. */
  listen(onFrame: OnFrame, onChunk: () => void = ignore, onBytes: OnBytes = ignore): void {
    this.#onFrame = onFrame;
    const take: OnBytes = (chunk, from, to) => {
      this.#counter.take(chunk, from, to);
      onBytes(chunk, from, to);
    };
    this.take(take, onChunk);
  }
}

function ignore(): void {}
