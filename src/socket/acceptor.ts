import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { SUBPROTOCOL } from '../../generated/constants.js';
import type { Config } from '../config/index.js';

/** Milliseconds that a client may take for its part of the close handshake. */
const CLOSE_TIMEOUT = 5_000;
const AUTHORIZATION = SUBPROTOCOL.authorization.toLowerCase();

/** Browsers abort unless the reply names one of the protocols that they offered; next to a token that can only be one. */
function chooseProtocol(offered: Set<string>): string | false {
  for (const protocol of offered) if (protocol.toLowerCase() === AUTHORIZATION) return protocol;
  for (const protocol of offered) return protocol;
  return false;
}

/**
 * The WebSocket library, as this server uses it: it takes over sockets that were let in. Its bounds are those of the
 * configuration, and are set before each.
 */
export function createAcceptor(): WebSocketServer {
  const options = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // Its own bound on pongs that wait ends a socket without a word.
    autoPong: false,
    closeTimeout: CLOSE_TIMEOUT,
    handleProtocols: chooseProtocol,
  };
  return new WebSocketServer(options);
}

/** Sets what one socket may send. */
export function bound(acceptor: WebSocketServer, limits: Config['limits']): void {
  // The types lack some of them.
  Object.assign(acceptor.options, {
    maxPayload: limits.max_frame_bytes,
    maxFragments: limits.max_fragments,
  });
}

/** What happens on one WebSocket. */
export interface SocketEvents {
  message(data: Buffer): void;
  ping(data: Buffer): void;
  pong(): void;
  /** The client's frames broke the WebSocket protocol. */
  failed(error: Error): void;
  closed(): void;
}

/** Hands a socket's events to somebody else. */
export function hand(ws: WebSocket, events: SocketEvents): void {
  (ws as Wired)[EVENTS] = events;
}

const EVENTS: unique symbol = Symbol('events');
type Wired = WebSocket & { [EVENTS]: SocketEvents };

function onMessage(this: WebSocket, data: WebSocket.RawData): void {
  (this as Wired)[EVENTS].message(data as Buffer);
}
function onPing(this: WebSocket, data: Buffer): void {
  (this as Wired)[EVENTS].ping(data);
}
function onPong(this: WebSocket): void {
  (this as Wired)[EVENTS].pong();
}
function onError(this: WebSocket, error: Error): void {
  (this as Wired)[EVENTS].failed(error);
}
function onClose(this: WebSocket): void {
  (this as Wired)[EVENTS].closed();
}

/** Upgrades one socket. The listeners are shared by all sockets: an idle connection should cost little memory. */
export function accept(
  acceptor: WebSocketServer,
  [request, socket, head]: readonly [IncomingMessage, Socket, Buffer],
  open: (ws: WebSocket) => SocketEvents,
): void {
  acceptor.handleUpgrade(request, socket, head, (ws) => {
    hand(ws, open(ws));
    ws.on('message', onMessage);
    ws.on('ping', onPing);
    ws.on('pong', onPong);
    ws.on('error', onError);
    ws.on('close', onClose);
  });
}
