import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

interface Watched {
  readonly socket: Socket;
  read: number;
  taken: number;
}

/** Bytes that the operating system has taken. */
const takenOf = (socket: Socket): number => socket.bytesWritten - socket.writableLength;

/** Pings every peer on one timer, and drops those that show no life from one ping to the next. */
export class Heartbeat {
  readonly #peers = new Map<WebSocket, Watched>();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #onDead: (ws: WebSocket) => void;

  /** @param intervalMs 0 = no heartbeat */
  constructor(intervalMs: number, onDead: (ws: WebSocket) => void) {
    this.#onDead = onDead;
    if (intervalMs > 0) this.#timer = setInterval(() => this.#beat(), intervalMs).unref();
  }

  /** Watches a peer until it closes. */
  watch(ws: WebSocket, socket: Socket): void {
    this.#peers.set(ws, { socket, read: -1, taken: -1 });
    ws.once('close', () => this.#peers.delete(ws));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#peers.clear();
  }

  #beat(): void {
    for (const [ws, peer] of this.#peers) {
      const { socket } = peer;
      if (isDead(ws, peer)) {
        this.#onDead(ws);
        ws.terminate();
        continue;
      }
      if (ws.readyState === ws.OPEN) ws.ping();
      peer.read = socket.bytesRead;
      peer.taken = takenOf(socket);
    }
  }
}

/** A peer that we don't read from cannot show its pong; it lives while it takes what waits for it. */
function isDead(ws: WebSocket, { socket, read, taken }: Watched): boolean {
  if (socket.bytesRead !== read) return false;
  return !ws.isPaused || (socket.writableLength > 0 && takenOf(socket) === taken);
}
