import type { LeanSocket } from '../wire/lean-socket.js';
import { Ring } from './ring.js';

/** Calls that a connection keeps unanswered, over and over: each answer makes room for one more. */
export class Calls {
  readonly #sockets: readonly LeanSocket[];
  readonly #window: number;
  readonly #rings: readonly Ring[];

  /** @param frame the nth call of a connection; n starts anew after some */
  constructor(
    sockets: readonly LeanSocket[],
    window: number,
    frame: (connection: number, n: number) => Buffer,
  ) {
    this.#sockets = sockets;
    this.#window = window;
    const size = Math.max(1_000, window * 4);
    this.#rings = sockets.map((_, connection) => new Ring(size, (n) => frame(connection, n)));
  }

  /** Answers per second. */
  async run(ms: number): Promise<number> {
    const end = performance.now() + ms;
    let answered = 0;
    const began = performance.now();
    await Promise.all(
      this.#sockets.map(
        (socket, index) =>
          new Promise<void>((resolve) => {
            const ring = this.#rings[index]!;
            const send = (bytes: Uint8Array): void => socket.send(bytes);
            let fresh = 0;
            let open = this.#window;
            const onChunk = (): void => {
              const count = fresh;
              fresh = 0;
              answered += count;
              if (performance.now() < end) ring.take(count, send);
              else open -= count;
              if (open === 0) resolve();
            };
            socket.listen(() => {
              fresh += 1;
            }, onChunk);
            ring.take(this.#window, send);
          }),
      ),
    );
    return (answered * 1_000) / (performance.now() - began);
  }
}
