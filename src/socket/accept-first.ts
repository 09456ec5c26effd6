import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket, type WebSocketServer } from 'ws';
import { type Refusal, refuseUpgrade } from '../net/refusal.js';
import { accept, hand, type SocketEvents } from './acceptor.js';
import { type Admission, type Admitted, BAD_HANDSHAKE, type SocketCandidate } from './admission.js';
import { closeReason } from './close-reason.js';

/** Close codes of refusals are this much greater than their HTTP status (D32). */
const CLOSE_CODE_OFFSET = 4_000;
const EXPLAIN = /[?&]explain=1(?:&|$)/;

/** True when the URL asks for a socket whose close frame tells why it was refused. */
export const wantsReasons = (url = ''): boolean => EXPLAIN.test(url);

export interface AcceptFirst {
  readonly acceptor: WebSocketServer;
  readonly admission: Admission;
  open(ws: WebSocket, admitted: Admitted): SocketEvents;
  /** Counts and logs a refusal, and says what to tell the client. */
  refused(error: unknown): Refusal;
}

/**
 * Accepts a socket before the auth function is asked, and closes it when it is refused (D32). Until then nothing is
 * read from it: what the client sends waits in the kernel's buffers, which bounds it.
 */
export function acceptFirst(
  upgrade: readonly [IncomingMessage, Socket, Buffer],
  { acceptor, admission, open, refused }: AcceptFirst,
): void {
  const [request, socket] = upgrade;
  let candidate: SocketCandidate | undefined;
  let refusal: Refusal | undefined;
  try {
    candidate = admission.check(request, socket);
  } catch (error) {
    refusal = refused(error);
    // Nothing but a handshake can be accepted.
    if (refusal.code === BAD_HANDSHAKE) {
      refuseUpgrade(socket, refusal);
      return;
    }
  }
  accept(acceptor, upgrade, (ws) => {
    if (candidate === undefined) close(ws, refusal as Refusal);
    else {
      const { target, address } = candidate;
      ws.pause();
      void admission
        .authenticate(request, candidate, (refusal) => close(ws, refusal))
        .then(({ context }) => {
          // The client may have left, or the server may be ending.
          if (ws.readyState === WebSocket.OPEN) hand(ws, open(ws, { target, address, context }));
          ws.resume();
        })
        .catch((error: unknown) => close(ws, refused(error)));
    }
    return UNREAD;
  });
}

function close(ws: WebSocket, { status, code }: Refusal): void {
  // The client's close frame has to be read.
  ws.resume();
  ws.close(CLOSE_CODE_OFFSET + status, closeReason(code));
}

const ignore = (): void => {};
/** Of a socket that nobody is connected to: it is paused, or on its way to its end. */
const UNREAD: SocketEvents = {
  message: ignore,
  ping: ignore,
  pong: ignore,
  failed: ignore,
  closed: ignore,
};
