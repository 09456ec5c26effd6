import type { IncomingMessage } from 'node:http';
import type { AuthRequest } from '../service/service-port.js';
import type { RequestTarget } from './request-target.js';

/** What the auth function gets to see: every header as it came, repeated ones joined as HTTP joins them. */
export function authRequest(
  request: IncomingMessage,
  target: Pick<RequestTarget, 'path' | 'query'>,
  addr: string,
): AuthRequest {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { headers, path: target.path, queryParams: target.query, addr };
}
