import type { Socket } from 'node:net';

const MAPPED_V4 = '::ffff:';

/** The address at the other end; an IPv4 one in its own form also on a socket that listens on IPv6. */
export function addressOf({ remoteAddress = '' }: Pick<Socket, 'remoteAddress'>): string {
  return remoteAddress.startsWith(MAPPED_V4) ? remoteAddress.slice(MAPPED_V4.length) : remoteAddress;
}

/** A host as it stands in a URL: an IPv6 address in brackets. */
export const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host);
