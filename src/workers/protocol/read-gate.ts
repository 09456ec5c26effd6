import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { PendingCalls } from './pending.js';
import type { Shared } from './shared.js';

/** Of the bytes that may wait for a peer, the share from which on nothing more is read from it. */
const READ_SHARE = 4;

/**
 * Stops reading from a peer that calls faster than it gets results, or than it reads them: the rest waits in the
 * peer, and nothing is lost. While the peer owes a result it is read all the same, somebody may need that result.
 */
export class ReadGate {
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #pending: PendingCalls;
  readonly #shared: Shared;
  #calls = 0;
  #bytes = 0;

  constructor(ws: WebSocket, socket: Socket, pending: PendingCalls, shared: Shared) {
    this.#ws = ws;
    this.#socket = socket;
    this.#pending = pending;
    this.#shared = shared;
    socket.on('drain', () => this.check());
  }

  get #maxBytes(): number {
    return this.#shared.bounds.maxQueueBytes;
  }

  get #maxCalls(): number {
    return this.#shared.config.current.limits.max_pending_invocations;
  }

  /** Calls of the peer that are unanswered. */
  get calls(): number {
    return this.#calls;
  }

  /** True when so much waits for the peer already that nothing more should be sent of our own accord. */
  get isFull(): boolean {
    return this.#socket.writableLength > this.#maxBytes;
  }

  /** The peer made a call. */
  enter(bytes: number): void {
    this.#calls += 1;
    this.#bytes += bytes;
    if (this.#calls > this.#maxCalls || this.#bytes > this.#maxBytes) this.check();
  }

  /** A call of the peer got its result. */
  leave(bytes: number): void {
    this.#calls -= 1;
    this.#bytes -= bytes;
    if (this.#ws.isPaused) this.check();
  }

  check(): void {
    const isBusy =
      this.#calls > this.#maxCalls ||
      this.#bytes > this.#maxBytes ||
      this.#socket.writableLength > this.#maxBytes / READ_SHARE;
    const shouldPause = isBusy && this.#pending.size === 0;
    if (shouldPause === this.#ws.isPaused) return;
    if (shouldPause) this.#ws.pause();
    else this.#ws.resume();
  }
}
