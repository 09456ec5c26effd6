import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type Refusal, refusalBody } from '../net/refusal.js';

/** One reply of the admin listener. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: OutgoingHttpHeaders;
}

const JSON_TYPE = 'application/json; charset=utf-8';

export const jsonReply = (value: unknown, status = 200): Reply =>
  jsonTextReply(JSON.stringify(value), status);

export const jsonTextReply = (text: string, status = 200): Reply => ({
  status,
  type: JSON_TYPE,
  body: `${text}\n`,
});

export const errorReply = (refusal: Refusal): Reply => ({
  status: refusal.status,
  type: JSON_TYPE,
  body: refusalBody(refusal),
  headers: refusal.headers,
});

/** Our page may load what we serve and nothing else, and nobody may frame it. */
const policy = (host: string): string =>
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ws://${host} wss://${host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** @param host the checked Host header, when there is one */
export function send(
  response: ServerResponse,
  reply: Reply,
  host: string | undefined,
  withBody: boolean,
): void {
  response.writeHead(reply.status, {
    'Content-Type': reply.type,
    'Content-Length': Buffer.byteLength(reply.body),
    'Cache-Control': 'no-store',
    'Content-Security-Policy': policy(host ?? 'localhost'),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    ...reply.headers,
  });
  response.end(withBody ? reply.body : undefined);
}
