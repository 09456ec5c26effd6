import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Stallable, StallWatch } from '../socket/stall-watch.js';
import type { Pieces } from './bodies.js';

/** Characters that are handed to a connection at once. */
const CHUNK = 64 * 1024;

export const JSON_HEADERS: OutgoingHttpHeaders = {
  'Content-Type': 'application/json; charset=utf-8',
  // Kept by nobody but the client, which asks whether it is still right.
  'Cache-Control': 'private, no-cache',
  'X-Content-Type-Options': 'nosniff',
};

/** Replies with a body in pieces: a short one at once, a longer one as its reader takes it. */
export function sendPieces(
  request: IncomingMessage,
  response: ServerResponse,
  headers: OutgoingHttpHeaders,
  pieces: Pieces,
  stalls: StallWatch,
): void {
  const rest = pieces[Symbol.iterator]();
  const { text, done } = take(rest);
  const withBody = request.method !== 'HEAD';
  const length = done ? { 'Content-Length': Buffer.byteLength(text) } : {};
  response.writeHead(200, { ...JSON_HEADERS, ...headers, ...length });
  if (!withBody) response.end();
  else if (done) {
    response.end(text);
    if (response.writableLength > 0) new Body(response, rest, stalls).watch();
  } else new Body(response, rest, stalls).begin(text);
}

function take(pieces: Iterator<string>): { readonly text: string; readonly done: boolean } {
  let text = '';
  while (text.length < CHUNK) {
    const { value, done } = pieces.next();
    if (done) return { text, done: true };
    text += value;
  }
  return { text, done: false };
}

/** A body on its way. A reader that takes nothing for too long is ended. */
class Body implements Stallable {
  readonly #response: ServerResponse;
  readonly #pieces: Iterator<string>;
  readonly #stalls: StallWatch;

  constructor(response: ServerResponse, pieces: Iterator<string>, stalls: StallWatch) {
    this.#response = response;
    this.#pieces = pieces;
    this.#stalls = stalls;
    response.once('close', () => stalls.delete(this));
  }

  get queuedBytes(): number {
    return this.#response.writableLength;
  }

  watch(): void {
    this.#stalls.add(this);
  }

  begin(text: string): void {
    this.#response.on('drain', () => {
      this.#stalls.delete(this);
      this.relieved();
    });
    if (this.#response.write(text)) this.relieved();
    else this.watch();
  }

  relieved(): void {
    while (!this.#response.writableEnded && !this.#response.destroyed) {
      const { text, done } = take(this.#pieces);
      if (done) {
        this.#response.end(text);
        this.watch();
      } else if (!this.#response.write(text)) this.watch();
      else continue;
      return;
    }
  }

  overdue(): number {
    this.#response.destroy();
    return 0;
  }
}
