import type { IncomingMessage, ServerResponse } from 'node:http';
import { Listener, type Listening } from '../net/listener.js';
import { isLoopback } from '../net/origin.js';
import { refuseRequest } from '../net/refusal.js';
import type { ConnectionInfo } from './connection.js';
import { notFound } from './request-target.js';
import { SocketServer, type SocketServerOptions } from './socket-server.js';

export interface StreamListenerOptions extends SocketServerOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Milliseconds that clients may take for the close handshake at the end. @default 2000 */
  readonly closeGraceMs?: number;
}

const CLOSE_GRACE_MS = 2_000;

/** The address that clients connect to. */
export class StreamListener implements AsyncDisposable {
  readonly #options: StreamListenerOptions;
  readonly #sockets: SocketServer;
  readonly #listener: Listener;
  #warned = false;
  #closed: Promise<void> | undefined;

  constructor(options: StreamListenerOptions) {
    this.#options = options;
    const { host, port, logger } = options;
    this.#sockets = new SocketServer(options);
    this.#listener = new Listener({
      scheme: 'ws',
      host,
      port,
      name: 'the stream socket',
      key: 'port',
      logger,
      onRequest: (request: IncomingMessage, response: ServerResponse) =>
        refuseRequest(request, response, notFound()),
      onUpgrade: (request, socket, head) => {
        this.#warnWhenOpen();
        this.#sockets.upgrade(request, socket, head);
      },
    });
  }

  /** Binds the address. @throws LocalError `port_taken` or `listen_failed` */
  async listen(): Promise<Listening> {
    const listening = await this.#listener.listen();
    this.#warnWhenOpen();
    return listening;
  }

  /** Every open connection. */
  connections(): IterableIterator<ConnectionInfo> {
    return this.#sockets.connections();
  }

  /** Stops accepting, closes every connection with 1001 and waits for them, at most `closeGraceMs`. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const closed = this.#listener.close(this.#options.closeGraceMs ?? CLOSE_GRACE_MS, () =>
      this.#sockets.terminate(),
    );
    this.#sockets.close();
    await closed;
  }

  /** Looked at again for each client, because the configuration may change. */
  #warnWhenOpen(): void {
    if (this.#warned) return;
    const { host, config, logger } = this.#options;
    const { allowed_origins: allowed, auth_function: auth } = config.current;
    if (allowed !== undefined || auth !== undefined || isLoopback(host)) return;
    this.#warned = true;
    logger.warn(
      { host },
      'any web page may connect: set allowed_origins or auth_function, or listen on 127.0.0.1',
    );
  }
}
