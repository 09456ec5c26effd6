import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { descriptorLimit, maxConnections, maxSockets } from '../net/descriptors.js';
import { Listener, type Listening } from '../net/listener.js';
import { isLoopback } from '../net/origin.js';
import { refuseRequest } from '../net/refusal.js';
import { spread } from '../net/spread.js';
import type { Admission } from './admission.js';
import type { ConnectionInfo } from './connection-info.js';
import { notFound } from './request-target.js';
import { SocketServer, type SocketServerOptions } from './socket-server.js';

export interface StreamListenerOptions extends SocketServerOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Milliseconds that clients may take for the close handshake at the end. @default 2000 */
  readonly closeGraceMs?: number;
  /** What replies to requests that ask for no upgrade. @default all are refused with 404 */
  readonly requests?: (admission: Admission) => RequestDoor;
}

/** A door beside the sockets, on the same port. */
export interface RequestDoor {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Every reply that goes on. */
  connections(): Iterable<ConnectionInfo>;
  /** What ends each reply that goes on. */
  closers(): Iterable<() => void>;
  /** Ends every reply that goes on. */
  close(): void;
}

const CLOSE_GRACE_MS = 2_000;

/** The address that clients connect to. */
export class StreamListener implements AsyncDisposable {
  readonly #options: StreamListenerOptions;
  readonly #sockets: SocketServer;
  readonly #requests: RequestDoor | undefined;
  readonly #listener: Listener;
  #warned = false;
  #closed: Promise<void> | undefined;

  constructor(options: StreamListenerOptions) {
    this.#options = options;
    const { host, port, logger } = options;
    this.#sockets = new SocketServer(options);
    this.#requests = options.requests?.(this.#sockets.admission);
    this.#listener = new Listener({
      scheme: 'ws',
      host,
      port,
      name: 'the stream socket',
      key: 'port',
      logger,
      maxConnections: maxConnections(),
      sent: this.#sockets.counters.sent,
      onRequest: (request, response) => {
        this.#warnWhenOpen();
        if (this.#requests === undefined) refuseRequest(request, response, notFound());
        else this.#requests.handle(request, response);
      },
      onUpgrade: (request, socket, head) => {
        this.#warnWhenOpen();
        this.#sockets.upgrade(request, socket, head);
      },
    });
  }

  /** Binds the address. @throws LocalError `port_taken` or `listen_failed` */
  async listen(): Promise<Listening> {
    const listening = await this.#listener.listen();
    this.#tellCapacity();
    this.#warnWhenOpen();
    return listening;
  }

  /** Every open connection. */
  *connections(): IterableIterator<ConnectionInfo> {
    yield* this.#sockets.connections();
    if (this.#requests !== undefined) yield* this.#requests.connections();
  }

  /**
   * The gentle part of the end: serves everybody for the first half, in which load balancers turn to others, and in the
   * second one stops accepting and closes one connection after another, so that they do not come back in one moment.
   */
  async drain(ms: number): Promise<void> {
    await delay(ms / 2);
    this.#listener.stop();
    await spread([...this.#sockets.closers(), ...(this.#requests?.closers() ?? [])], ms / 2, (close) =>
      close(),
    );
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
    this.#requests?.close();
    await closed;
  }

  #tellCapacity(): void {
    const { config, logger } = this.#options;
    const { max_sockets: configured } = config.current.limits;
    const facts = { max_sockets: maxSockets(configured), open_files: descriptorLimit };
    if (configured <= facts.max_sockets) logger.info(facts, 'how many sockets clients may hold');
    else {
      const told =
        'limits.max_sockets is more than the limit of open files leaves; raise that limit (ulimit -n)';
      logger.warn({ ...facts, configured }, told);
    }
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
