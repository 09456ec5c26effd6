import { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** The code of a request that is no WebSocket handshake. */
export const BAD_HANDSHAKE = 'bad_handshake';

export interface RefusalOptions {
  readonly headers?: OutgoingHttpHeaders;
  /** For the log only: strangers need not know. */
  readonly detail?: string;
}

/** Why a connection gets an HTTP answer instead of a WebSocket. The code is stable, the sentence is for a person. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string;
  readonly headers: OutgoingHttpHeaders;
  readonly detail: string | undefined;
  constructor(status: number, code: string, sentence: string, { headers = {}, detail }: RefusalOptions = {}) {
    super(sentence);
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.detail = detail;
  }
}

/** A path that is none of ours. */
export const notFound = (): Refusal =>
  new Refusal(404, 'not_found', 'streams are at / and /stream/<stream>/<group>[/<item>], over WebSocket');

const bodyOf = ({ code, message }: Refusal): string => `${JSON.stringify({ error: code, message })}\n`;

const headersOf = (refusal: Refusal, body: string): OutgoingHttpHeaders => ({
  Connection: 'close',
  'Content-Type': 'application/json',
  'Content-Length': Buffer.byteLength(body),
  ...refusal.headers,
});

/** Answers an upgrade request, whose socket the HTTP server no longer knows, and ends the socket. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  if (socket.destroyed || socket.writableEnded) return;
  const body = bodyOf(refusal);
  let head = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\n`;
  for (const [name, value] of Object.entries(headersOf(refusal, body))) head += `${name}: ${value}\r\n`;
  socket.once('finish', () => socket.destroy());
  socket.end(`${head}\r\n${body}`);
}

/** Answers a plain HTTP request. */
export function refuseRequest(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const body = bodyOf(refusal);
  response.writeHead(refusal.status, headersOf(refusal, body));
  response.end(request.method === 'HEAD' ? undefined : body);
}
