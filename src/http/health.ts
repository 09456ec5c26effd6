import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HealthReply } from '../../generated/http.js';
import { ROUTES } from '../../generated/routes.js';
import { splitTarget } from '../socket/request-target.js';

/**
 * True when it is asked whether clients should come here. Load balancers ask at the server itself, so that the prefix
 * that a proxy keeps may be there or not.
 */
export function isHealthCheck({ url = '' }: IncomingMessage, prefix: string | undefined): boolean {
  const { path } = splitTarget(url);
  const { path: root } = ROUTES.checkHealth;
  return path === root || (prefix !== undefined && (path === prefix || path === prefix + root));
}

/** Replies to that. The reasons are for the operator, at the admin listener. */
export function replyHealth({ method }: IncomingMessage, response: ServerResponse, ready: boolean): void {
  const reply: HealthReply = { ready };
  const body = `${JSON.stringify(reply)}\n`;
  response.writeHead(ready ? 200 : 503, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(method === 'HEAD' ? undefined : body);
}
