import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isTrustedPeer } from './client-address.js';
import { isAuthority } from './origin.js';

/** Where a browser sees what it asks for. */
export interface Site {
  readonly scheme: 'http' | 'https';
  /** As in a URL, the port included where it isn't the scheme's own. Absent: the request names none. */
  readonly host: string | undefined;
  /**
   * Whether a proxy said so: `believed`, or `ignored` because it isn't one of `trusted_proxies`, or because what it says
   * contradicts itself.
   */
  readonly forwarded: 'no' | 'believed' | 'ignored';
}

/** Proxies that tell WebSockets apart from other requests write `wss` and `ws`. */
const SCHEMES: Readonly<Record<string, Site['scheme']>> = {
  http: 'http',
  https: 'https',
  ws: 'http',
  wss: 'https',
};

/**
 * The scheme and host that a request was sent to: those that a trusted proxy forwards (`X-Forwarded-Proto` and
 * `X-Forwarded-Host`, or `Forwarded`, RFC 7239), else its own. Of several hops the first counts, which is the browser's.
 *
 * @param trusted subnets of proxies; undefined or empty = nobody's headers are believed
 */
export function siteOf(
  { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>,
  trusted: readonly string[] | undefined,
): Site {
  const own: Site = { scheme: 'http', host: headers.host, forwarded: 'no' };
  const schemes = said(headers, 'x-forwarded-proto', 'proto');
  const hosts = said(headers, 'x-forwarded-host', 'host');
  if (schemes.length === 0 && hosts.length === 0) return own;
  const [scheme = 'http', otherScheme = scheme] = schemes;
  const [host = headers.host, otherHost = host] = hosts;
  const isClear = SCHEMES[scheme] === SCHEMES[otherScheme] && host === otherHost;
  const known = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : undefined;
  if (!isClear || known === undefined || !isAuthority(host) || !isTrustedPeer(socket, trusted)) {
    return { ...own, forwarded: 'ignored' };
  }
  return { scheme: known, host, forwarded: 'believed' };
}

/** What each of the two headers says, where it says anything. */
function said(headers: IncomingHttpHeaders, header: string, field: 'proto' | 'host'): readonly string[] {
  const plain = [headers[header]].flat()[0]?.split(',', 1)[0];
  const element = headers.forwarded?.split(',', 1)[0] ?? '';
  const standard = new RegExp(`(?:^|;)\\s*${field}\\s*=\\s*("[^"]*"|[^;"\\s]*)`, 'i').exec(element)?.[1];
  return [plain, standard?.replaceAll('"', '')]
    .map((value) => value?.trim().toLowerCase() ?? '')
    .filter((value) => value !== '');
}
