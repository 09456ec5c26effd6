import type { ServerResponse } from 'node:http';

/** One answer of the admin listener. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal with a stable code and a sentence for a person. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, sentence: string) {
    super(sentence);
    this.status = status;
    this.code = code;
  }
}

export const jsonReply = (value: unknown, status = 200): Reply =>
  jsonTextReply(JSON.stringify(value), status);

export const jsonTextReply = (text: string, status = 200): Reply => ({
  status,
  type: 'application/json; charset=utf-8',
  body: `${text}\n`,
});

export const errorReply = ({ status, code, message }: AdminError): Reply =>
  jsonReply({ error: code, message }, status);

/** Our page may load what we serve and nothing else, and nobody may frame it. */
const policy = (host: string): string =>
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ws://${host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

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
