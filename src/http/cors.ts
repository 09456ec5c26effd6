import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { isForeign, originAllowed } from '../net/origin.js';
import { Refusal } from '../net/refusal.js';

/** Seconds that a browser may remember a preflight. */
const MAX_AGE = '600';
const EXPOSED = 'ETag, Retry-After, Stream-Next-Offset, Stream-Up-To-Date, Stream-Cursor';
/** Header names, as a preflight lists them. */
const NAMES = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/;

/**
 * The headers of each reply, refusals included, so that a page that may ask can read what it is told. Cookies are let
 * through where the origins are named: sockets carry them as well.
 *
 * @param allowed undefined = any
 */
export function corsHeaders(
  { origin }: IncomingHttpHeaders,
  allowed: readonly string[] | undefined,
): OutgoingHttpHeaders {
  if (allowed === undefined)
    return { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': EXPOSED };
  // Another page gets no resource of ours, not even one that it cannot read.
  const common = { Vary: 'Origin', 'Cross-Origin-Resource-Policy': 'same-origin' };
  if (origin === undefined || !originAllowed(origin, allowed)) return common;
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Expose-Headers': EXPOSED,
  };
}

/**
 * Replies to a preflight, which carries no token. Any header may be sent: which of them the auth function reads is its
 * own business.
 *
 * @throws Refusal 403 for a page of an origin that may not ask
 */
export function preflight(
  { headers }: IncomingMessage,
  response: ServerResponse,
  methods: readonly string[],
  allowed: readonly string[] | undefined,
): void {
  checkOrigin(headers, allowed);
  const asked = headers['access-control-request-headers'];
  response.writeHead(204, {
    Allow: [...methods, 'OPTIONS'].join(', '),
    'Access-Control-Allow-Methods': methods.join(', '),
    'Access-Control-Max-Age': MAX_AGE,
    ...(asked !== undefined && NAMES.test(asked) ? { 'Access-Control-Allow-Headers': asked } : {}),
  });
  response.end();
}

/** @throws Refusal 403 */
export function checkOrigin(headers: IncomingHttpHeaders, allowed: readonly string[] | undefined): void {
  if (originAllowed(headers.origin, allowed) && !(allowed !== undefined && isForeign(headers))) return;
  throw new Refusal(403, 'origin_not_allowed', 'pages of this origin may not ask');
}
