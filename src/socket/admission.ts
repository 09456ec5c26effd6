import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { JsonText } from '../../generated/json-text.js';
import { clientAddress } from '../net/client-address.js';
import { maxSockets } from '../net/descriptors.js';
import { originAllowed } from '../net/origin.js';
import { Refusal } from '../net/refusal.js';
import { AddressCounts } from './address-counts.js';
import { authRequest } from './auth-request.js';
import { parseTarget, type RequestTarget } from './request-target.js';
import type { Runtime } from './runtime.js';

/** A client that the auth function has yet to be asked about. */
export interface Candidate {
  readonly target: Pick<RequestTarget, 'path' | 'query'>;
  readonly address: string;
}

/** One that asks for a WebSocket. */
export interface SocketCandidate extends Candidate {
  readonly target: RequestTarget;
}

/** What the auth function said about a client that may come in. */
export interface Permission {
  readonly context: JsonText | undefined;
}

/** A client that may have its WebSocket. */
export interface Admitted extends SocketCandidate, Permission {}

/** Ends the wait of a client for the auth function. */
export type TurnAway = (refusal: Refusal) => void;

/** The code of a request that is no WebSocket handshake. */
export const BAD_HANDSHAKE = 'bad_handshake';
const KEY = /^[+/0-9A-Za-z]{22}==$/;
const VERSIONS = ['13', '8'];
const LATER = { 'Retry-After': '1' };
/** What the auth function looks at is its own affair; most look for a bearer token. */
const CHALLENGE = { 'WWW-Authenticate': 'Bearer' };
/** Tokens with commas between them, as the WebSocket library reads them. */
const PROTOCOLS = /^[\t ]*[\w!#$%&'*+.^`|~-]+(?:[\t ]*,[\t ]*[\w!#$%&'*+.^`|~-]+)*[\t ]*$/;

/** Decides about requests, the cheap questions first; the auth function is asked last. */
export class Admission {
  readonly #runtime: Runtime;
  readonly #check: ((request: IncomingMessage) => void) | undefined;
  readonly #addresses = new AddressCounts();
  readonly #waiting = new Set<TurnAway>();
  #held = 0;
  #closed = false;

  /** @param check what a listener asks of handshakes beyond this; throws a Refusal */
  constructor(runtime: Runtime, check?: (request: IncomingMessage) => void) {
    this.#runtime = runtime;
    this.#check = check;
  }

  /** Everything of an upgrade but the auth function. @throws Refusal with the HTTP status of the reply */
  check(request: IncomingMessage, socket: Socket): SocketCandidate {
    if (this.#closed) throw goingAway();
    const { limits, path_prefix: prefix } = this.#runtime.config.current;
    const target = parseTarget(request.url ?? '', limits.max_name_bytes, prefix);
    checkHandshake(request);
    this.#check?.(request);
    return { ...this.hold(request, socket), target };
  }

  /**
   * What every request is asked before the auth function: its origin, and whether there is room for one more, of its
   * address and of all.
   *
   * @param holder what the address holds until its `close`
   * @throws Refusal `going_away`, `origin_not_allowed`, `overloaded`, `too_many_sockets`
   */
  hold(request: IncomingMessage, holder: EventEmitter): Pick<Candidate, 'address'> {
    const { limits, allowed_origins: allowed } = this.#runtime.config.current;
    if (this.#closed) throw goingAway();
    if (!originAllowed(request.headers.origin, allowed)) {
      throw new Refusal(403, 'origin_not_allowed', 'this origin may not connect');
    }
    if (this.#held >= maxSockets(limits.max_sockets)) {
      const message = 'the server holds as many connections as it may';
      throw new Refusal(503, 'overloaded', message, { headers: LATER, detail: 'limits.max_sockets' });
    }
    const address = clientAddress(request, this.#runtime.config.current.trusted_proxies);
    if (!this.#addresses.take(address, limits.sockets_per_address)) {
      throw new Refusal(429, 'too_many_sockets', 'this address holds as many sockets as it may', {
        headers: LATER,
      });
    }
    this.#held += 1;
    holder.once('close', () => {
      this.#held -= 1;
      this.#addresses.give(address);
    });
    return { address };
  }

  /** Refuses everybody from now on, those who wait included. */
  close(): void {
    this.#closed = true;
    for (const turnAway of this.#waiting) turnAway(goingAway());
  }

  /**
   * Asks the auth function.
   *
   * @param turnAway called when the server ends meanwhile
   * @throws Refusal with the HTTP status of the reply
   */
  async authenticate(
    request: IncomingMessage,
    { target, address }: Candidate,
    turnAway: TurnAway,
  ): Promise<Permission> {
    const { service, config, counters } = this.#runtime;
    // Each that waits is one unanswered call of the auth function.
    if (this.#waiting.size >= config.current.limits.max_pending_invocations) {
      throw new Refusal(503, 'overloaded', 'too many clients wait to be let in', { headers: LATER });
    }
    this.#waiting.add(turnAway);
    try {
      const result = await service.authenticate(authRequest(request, target, address));
      if (result.allowed) return { context: result.context };
      counters.authRefused += 1;
      const detail = result.reason;
      throw result.status === 401
        ? new Refusal(401, 'unauthorized', 'the client was not let in', { detail, headers: CHALLENGE })
        : new Refusal(503, 'auth_unavailable', 'nobody can say now whether the client may be let in', {
            headers: LATER,
            detail,
          });
    } finally {
      this.#waiting.delete(turnAway);
    }
  }
}

const goingAway = (): Refusal => new Refusal(503, 'going_away', 'the server shuts down', { headers: LATER });

/** Before the auth function is asked: what it says must belong to a request that can be upgraded. */
function checkHandshake({ method, headers }: IncomingMessage): void {
  const valid =
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    VERSIONS.includes(headers['sec-websocket-version'] ?? '') &&
    KEY.test(headers['sec-websocket-key'] ?? '') &&
    areProtocols(headers['sec-websocket-protocol']);
  if (valid) return;
  throw new Refusal(400, BAD_HANDSHAKE, 'this is not a WebSocket handshake', {
    headers: { 'Sec-WebSocket-Version': '13' },
  });
}

/** Each a token, and named once. */
function areProtocols(header: string | undefined): boolean {
  if (header === undefined) return true;
  const names = header.split(',').map((name) => name.trim());
  return PROTOCOLS.test(header) && new Set(names).size === names.length;
}
