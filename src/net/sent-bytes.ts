import type { Socket } from 'node:net';

/** Counts what the operating system took of all sockets, at the cost of one set entry for each that is open. */
export class SentBytes {
  readonly #open = new Set<Socket>();
  #closed = 0;

  /** Counts `socket` until it closes, and what it was sent ever after. */
  follow(socket: Socket): void {
    if (this.#open.has(socket)) return;
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#closed += socket.bytesWritten;
    });
  }

  get total(): number {
    let total = this.#closed;
    for (const socket of this.#open) total += socket.bytesWritten;
    return total;
  }
}
