import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Beating, Heartbeat } from '../../net/heartbeat.js';

/** Pings one peer at every beat, and ends its connection when it shows no life from one beat to the next. */
export class Liveness implements Beating {
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #onLost: () => void;
  #read = -1;
  #taken = -1;

  constructor(ws: WebSocket, socket: Socket, onLost: () => void) {
    this.#ws = ws;
    this.#socket = socket;
    this.#onLost = onLost;
  }

  /** Watches a peer until it closes. */
  static watch(heartbeat: Heartbeat, ws: WebSocket, socket: Socket, onLost: () => void): void {
    const liveness = new Liveness(ws, socket, onLost);
    heartbeat.add(liveness);
    ws.once('close', () => heartbeat.delete(liveness));
  }

  beat(): void {
    if (this.#isLost()) {
      this.#onLost();
      this.#ws.terminate();
      return;
    }
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.ping();
    this.#read = this.#socket.bytesRead;
    this.#taken = this.#takenBytes;
  }

  /** A peer that we don't read from cannot show its pong; it lives while it takes what waits for it. */
  #isLost(): boolean {
    if (this.#socket.bytesRead !== this.#read) return false;
    if (!this.#ws.isPaused) return true;
    return this.#socket.writableLength > 0 && this.#takenBytes === this.#taken;
  }

  /** Bytes that the operating system has taken. */
  get #takenBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }
}
