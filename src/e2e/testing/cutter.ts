import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const BAD_GATEWAY = 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
/** Of so many connections one is told that there is nobody behind the proxy. */
const REFUSED = 8;

/** A bad network on the way to a server: it cuts connections, and now and then claims that the server is away. */
export class Cutter implements AsyncDisposable {
  readonly url: string;
  cuts = 0;
  refusals = 0;
  readonly #close: () => Promise<void>;
  readonly #open: Set<Socket>;

  private constructor(url: string, open: Set<Socket>, close: () => Promise<void>) {
    this.url = url;
    this.#open = open;
    this.#close = close;
  }

  static async start(to: string): Promise<Cutter> {
    const { hostname, port } = new URL(to);
    const open = new Set<Socket>();
    const server = createServer((near) => {
      near.on('error', () => near.destroy());
      if (Math.random() < 1 / REFUSED && cutter.cuts > 0) {
        cutter.refusals += 1;
        near.once('data', () => near.end(BAD_GATEWAY));
        return;
      }
      const far = connect(Number(port), hostname);
      far.on('error', () => near.destroy());
      near.pipe(far).pipe(near);
      open.add(near);
      near.once('close', () => {
        open.delete(near);
        far.destroy();
      });
      far.once('close', () => near.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const cutter = new Cutter(url, open, async () => {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    });
    return cutter;
  }

  /** Cuts any of the connections, by an end or by a reset. */
  cut(): void {
    const sockets = [...this.#open];
    const socket = sockets[Math.floor(Math.random() * sockets.length)];
    if (socket === undefined) return;
    this.cuts += 1;
    if (Math.random() < 0.5) socket.destroy();
    else socket.resetAndDestroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}
