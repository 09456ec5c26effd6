import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i;

/** True when only this machine can reach the address. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** An origin as browsers send it: no slash at the end, scheme and host in lower case. */
const normal = (origin: string): string => origin.replace(/\/$/, '').toLowerCase();

/**
 * True when a request may connect. A request without an Origin comes from no browser: it could send any Origin it
 * likes, and no user's credentials ride on it.
 *
 * @param allowed undefined = any
 */
export function originAllowed(origin: string | undefined, allowed: readonly string[] | undefined): boolean {
  if (origin === undefined || allowed === undefined) return true;
  const wanted = normal(origin);
  return allowed.some((candidate) => normal(candidate) === wanted);
}

/** True for a page of this machine. `null`, the origin of a sandboxed page, is none. */
export const isLoopbackOrigin = (origin: string): boolean =>
  URL.canParse(origin) && isLoopback(new URL(origin).hostname);

const AUTHORITY = /^(\[[\da-f:.]+\]|[a-z\d.-]+)(?::\d{1,5})?$/i;
const LOCAL_NAMES = ['localhost'];

/** True for a host as it stands in a URL, with or without a port. */
export const isAuthority = (host: string | undefined): host is string =>
  host !== undefined && AUTHORITY.test(host);

/**
 * True when the request was meant for us by that name. A web page may point a name of its own at this machine (DNS
 * rebinding) and would then count as our origin; it cannot do that with an address, nor with a name that we are known by.
 *
 * @param configured the host that the listener was given
 */
export function isOwnHost(host: string | undefined, configured: string): boolean {
  const [, name] = AUTHORITY.exec(host ?? '') ?? [];
  if (name === undefined) return false;
  const bare = name.replace(/^\[|\]$/g, '').toLowerCase();
  return isIP(bare) !== 0 || LOCAL_NAMES.includes(bare) || bare === configured.toLowerCase();
}

/**
 * True unless a page of another origin asks: programs send no Origin, our own page sends ours.
 *
 * @param own origins of our own page; their default ports may be written out
 */
export function isSameOrigin({ origin, ...headers }: IncomingHttpHeaders, own: readonly string[]): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  if (origin === undefined) return true;
  return own.some(
    (candidate) => URL.canParse(candidate) && new URL(candidate).origin === origin.toLowerCase(),
  );
}

/**
 * True when a page of another origin asks without saying so: an image, a script or a link. Browsers say no Origin then,
 * but where it comes from.
 */
export function isForeign({ origin, ...headers }: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return origin === undefined && (site === 'cross-site' || site === 'same-site');
}
