import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BlockList, isIP, type Socket } from 'node:net';

const MAPPED_V4 = '::ffff:';

/** An IPv4 address in its own form also where it is written as an IPv6 one. */
const plain = (address: string): string =>
  address.toLowerCase().startsWith(MAPPED_V4) ? address.slice(MAPPED_V4.length) : address;

/** The address at the other end. */
export const addressOf = ({ remoteAddress = '' }: Pick<Socket, 'remoteAddress'>): string =>
  plain(remoteAddress);

/** A host as it stands in a URL: an IPv6 address in brackets. */
export const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host);

const lists = new WeakMap<readonly string[], BlockList>();

/** @param subnets checked ones; compiled once */
function listOf(subnets: readonly string[]): BlockList {
  let list = lists.get(subnets);
  if (list === undefined) {
    list = new BlockList();
    for (const subnet of subnets) {
      const [address = '', bits] = subnet.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (bits === undefined) list.addAddress(address, family);
      else list.addSubnet(address, Number(bits), family);
    }
    lists.set(subnets, list);
  }
  return list;
}

const isIn = (list: BlockList, address: string): boolean =>
  list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** True when the other end of a connection is one of the trusted proxies. */
export const isTrustedPeer = (
  socket: Pick<Socket, 'remoteAddress'>,
  trusted: readonly string[] | undefined,
): boolean => trusted !== undefined && trusted.length > 0 && isIn(listOf(trusted), addressOf(socket));

/**
 * The address of whoever sent a request: what trusted proxies say, from the nearest on, up to the first that is none of
 * them. A proxy sets one of the two headers and hands on what a client wrote into the other: where they disagree,
 * neither is believed.
 *
 * @param trusted subnets of proxies; undefined or empty = the other end of the connection
 */
export function clientAddress(
  { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>,
  trusted: readonly string[] | undefined,
): string {
  const peer = addressOf(socket);
  if (trusted === undefined || trusted.length === 0) return peer;
  const list = listOf(trusted);
  const isTrusted = (address: string): boolean => isIn(list, address);
  if (!isTrusted(peer)) return peer;
  const said = [hopsOfXForwardedFor(headers), hopsOfForwarded(headers)]
    .filter((hops) => hops.length > 0)
    .map((hops) => farthest(peer, hops, isTrusted));
  const [first = peer] = said;
  return said.every((address) => address === first) ? first : peer;
}

/** The first from the near end that is no proxy of ours. What is no address ends the way: nobody vouches for the rest. */
function farthest(peer: string, hops: readonly string[], isTrusted: (address: string) => boolean): string {
  let address = peer;
  for (const hop of hops.toReversed()) {
    const next = withoutPort(hop);
    if (next === undefined) return address;
    address = next;
    if (!isTrusted(address)) return address;
  }
  return address;
}

function hopsOfXForwardedFor({ 'x-forwarded-for': header }: IncomingHttpHeaders): readonly string[] {
  const text = Array.isArray(header) ? header.join(',') : header;
  return text === undefined ? [] : text.split(',').map((hop) => hop.trim());
}

const FOR = /(?:^|;)\s*for\s*=\s*("[^"]*"|[^;"\s]*)/i;

/** RFC 7239, section 4. A hop that does not say `for` is one whose address is unknown. */
function hopsOfForwarded({ forwarded }: IncomingHttpHeaders): readonly string[] {
  if (forwarded === undefined) return [];
  return forwarded.split(',').map((element) => (FOR.exec(element)?.[1] ?? '').replaceAll('"', ''));
}

const WITH_PORT = /^(?:\[([^\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/;

function withoutPort(hop: string): string | undefined {
  const [, six, four] = WITH_PORT.exec(hop) ?? [];
  const address = plain(six ?? four ?? hop);
  return isIP(address) === 0 ? undefined : address;
}
