import { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type {
  AdminRefusalCode,
  ErrorReason,
  HttpRefusalCode,
  LocalErrorCode,
  RefusalCode,
} from '../../generated/constants.js';
import type { SocketErrorCode } from '../../generated/socket.js';

/** A code of `spec/errors.json`, or of what failed beneath the request. */
export type AnyRefusalCode =
  | RefusalCode
  | HttpRefusalCode
  | AdminRefusalCode
  | SocketErrorCode
  | ErrorReason
  | LocalErrorCode;

export interface RefusalOptions {
  readonly headers?: OutgoingHttpHeaders;
  /** For the log only: strangers need not know. */
  readonly detail?: string;
}

/** Why a request is refused over HTTP, upgrades included. The code is stable, the message is for a person. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: AnyRefusalCode;
  readonly headers: OutgoingHttpHeaders;
  readonly detail: string | undefined;
  constructor(
    status: number,
    code: AnyRefusalCode,
    message: string,
    { headers = {}, detail }: RefusalOptions = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.detail = detail;
  }
}

/** The JSON of a refusal's body. */
export const refusalBody = ({ code, message }: Refusal): string =>
  `${JSON.stringify({ error: code, message })}\n`;

const headersOf = (refusal: Refusal, body: string): OutgoingHttpHeaders => ({
  Connection: 'close',
  'Content-Type': 'application/json',
  'Content-Length': Buffer.byteLength(body),
  ...refusal.headers,
});

/** Refuses an upgrade request, whose socket the HTTP server no longer knows, and ends the socket. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  // The client may have left already, and there is nobody to tell.
  if (socket.listenerCount('error') === 0) socket.on('error', () => socket.destroy());
  if (socket.destroyed || socket.writableEnded) return;
  const body = refusalBody(refusal);
  let head = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\n`;
  for (const [name, value] of Object.entries(headersOf(refusal, body))) {
    for (const one of [value].flat()) head += `${name}: ${one}\r\n`;
  }
  socket.once('finish', () => socket.destroy());
  socket.end(`${head}\r\n${body}`);
}

/** Refuses a plain HTTP request. */
export function refuseRequest(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const body = refusalBody(refusal);
  response.writeHead(refusal.status, headersOf(refusal, body));
  response.end(request.method === 'HEAD' ? undefined : body);
}
