import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { WebSocket, WebSocketServer } from 'ws';
import { CLOSE_CODE } from '../../generated/constants.js';
import type { Logger } from '../observability/logger.js';
import type { SubscriptionService } from '../service/port.js';
import { acceptFirst, wantsReasons } from './accept-first.js';
import { accept, createAcceptor } from './acceptor.js';
import { Admission, type Admitted } from './admission.js';
import { addressOf } from './auth.js';
import { Connection, type ConnectionInfo, type Connections } from './connection.js';
import { Heartbeat } from './heartbeat.js';
import { listen } from './listen.js';
import { isLoopback } from './origin.js';
import { notFound, Refusal, refuseRequest, refuseUpgrade } from './refusal.js';
import { newCounters, type Runtime, type SocketCounters, type SocketSettings } from './runtime.js';
import { StallWatch } from './stall-watch.js';

export interface StreamServerOptions extends SocketSettings {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Several servers may share one: that is how a new address is bound before the old one is dropped. */
  readonly service: SubscriptionService;
  readonly logger: Logger;
  /** Milliseconds that clients may take to answer the close at the server's end. @default 2000 */
  readonly closeGraceMs?: number;
}

export interface StreamServer extends AsyncDisposable {
  readonly counters: Readonly<SocketCounters>;
  /** Binds the address. @throws LocalError `port_taken` or `listen_failed` */
  listen(): Promise<{ host: string; port: number; url: string }>;
  /** Takes over an upgrade request that another HTTP server received; `listen` is then not needed. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
  /** Applies new settings, to the connections that are open too. A greater `max_frame_bytes` holds for new ones only. */
  reconfigure(settings: SocketSettings): void;
  /** Every open connection. */
  connections(): IterableIterator<ConnectionInfo>;
  /** Stops accepting, closes every connection with 1001 and waits for them, at most `closeGraceMs`. */
  close(): Promise<void>;
}

const CLOSE_GRACE = 2_000;
/** Milliseconds that a client may take to send its request. */
const REQUEST_TIMEOUT = 10_000;

/** The stream socket: upgrades HTTP requests to WebSockets, and gives each a session with the service. */
export function createStreamServer(options: StreamServerOptions): StreamServer {
  return new Server(options);
}

class Server implements StreamServer {
  readonly counters: SocketCounters = newCounters();
  readonly #options: StreamServerOptions;
  readonly #runtime: Runtime;
  readonly #http = createServer({ headersTimeout: REQUEST_TIMEOUT, requestTimeout: REQUEST_TIMEOUT });
  readonly #connections: Connections;
  readonly #heartbeat: Heartbeat;
  readonly #admission: Admission;
  #acceptor: WebSocketServer;
  #warned = false;
  #closed: Promise<void> | undefined;

  constructor(options: StreamServerOptions) {
    const { service, logger, limits } = options;
    this.#options = options;
    this.#runtime = { settings: options, service, logger, counters: this.counters };
    const stalls = new StallWatch(() => this.#runtime.settings.limits.slow_client_timeout_ms);
    this.#connections = { runtime: this.#runtime, stalls, open: new Set() };
    this.#heartbeat = new Heartbeat(this.#connections.open);
    this.#admission = new Admission(this.#runtime);
    this.#acceptor = createAcceptor(limits.max_frame_bytes);
    this.#http.on('request', (request, response) => refuseRequest(request, response, notFound()));
    this.#http.on('upgrade', (request, socket, head) => this.upgrade(request, socket as Socket, head));
    this.#heartbeat.start(limits.heartbeat_interval_ms);
  }

  async listen(): Promise<{ host: string; port: number; url: string }> {
    const { host, port, logger } = this.#options;
    await listen(this.#http, host, port);
    this.#http.on('error', (error) => logger.error({ err: error }, 'stream socket'));
    const bound = (this.#http.address() as AddressInfo).port;
    const url = `ws://${host.includes(':') ? `[${host}]` : host}:${bound}`;
    logger.info({ url }, 'stream socket listens');
    this.#warnWhenOpen();
    return { host, port: bound, url };
  }

  reconfigure(settings: SocketSettings): void {
    const { limits: old } = this.#runtime.settings;
    const { limits } = settings;
    this.#runtime.settings = settings;
    if (limits.max_frame_bytes !== old.max_frame_bytes)
      this.#acceptor = createAcceptor(limits.max_frame_bytes);
    if (this.#closed !== undefined) return;
    if (limits.heartbeat_interval_ms !== old.heartbeat_interval_ms)
      this.#heartbeat.start(limits.heartbeat_interval_ms);
    if (this.#http.listening) this.#warnWhenOpen();
  }

  *connections(): IterableIterator<ConnectionInfo> {
    for (const connection of this.#connections.open) yield connection.info;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    // Until the WebSocket library takes it over nobody else listens; a socket that fails destroys itself.
    socket.on('error', ignore);
    if (wantsReasons(request.url)) {
      acceptFirst([request, socket, head], {
        acceptor: this.#acceptor,
        admission: this.#admission,
        open: (ws, admitted) => this.#open(ws, socket, admitted),
        refused: (error) => this.#refused(request, socket, error),
      });
    } else {
      void this.#admitFirst(request, socket, head);
    }
  }

  async #admitFirst(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    try {
      const candidate = this.#admission.check(request, socket);
      const turnAway = (refusal: Refusal): void => refuseUpgrade(socket, refusal);
      const admitted = await this.#admission.authenticate(request, candidate, turnAway);
      accept(this.#acceptor, [request, socket, head], (ws) => this.#open(ws, socket, admitted));
    } catch (error) {
      refuseUpgrade(socket, this.#refused(request, socket, error));
    }
  }

  #open(ws: WebSocket, socket: Socket, { target, address, context }: Admitted): Connection {
    const connection = new Connection(ws, socket, address, this.#connections, context);
    this.counters.opened += 1;
    this.#options.logger.debug({ socket: connection.id, address, path: target.path }, 'a client connected');
    if (target.subscription !== undefined) connection.session.subscribe(target.subscription);
    return connection;
  }

  /** Counts and logs a refusal. */
  #refused(request: IncomingMessage, socket: Socket, error: unknown): Refusal {
    const { logger } = this.#options;
    this.counters.refused += 1;
    const refusal =
      error instanceof Refusal ? error : new Refusal(500, 'internal', 'the request could not be handled');
    const { status, code, detail } = refusal;
    // Without the query, which may hold a token.
    const about = { status, code, detail, address: addressOf(socket), path: request.url?.split('?', 1)[0] };
    if (refusal !== error) logger.error({ ...about, err: error }, 'an upgrade failed');
    else if (status === 400 || status === 404) logger.debug(about, 'refused an upgrade');
    else logger.warn(about, 'refused an upgrade');
    return refusal;
  }

  #warnWhenOpen(): void {
    const { allowedOrigins, authConfigured } = this.#runtime.settings;
    const { host, logger } = this.#options;
    if (this.#warned || allowedOrigins !== undefined || authConfigured || isLoopback(host)) return;
    this.#warned = true;
    logger.warn(
      { host },
      'any web page may connect: set allowed_origins or auth_function, or listen on 127.0.0.1',
    );
  }

  async #close(): Promise<void> {
    this.#heartbeat.stop();
    this.#admission.close();
    const { open } = this.#connections;
    let grace: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
      for (const connection of open) connection.close(CLOSE_CODE.goingAway, 'the server shuts down');
      grace = setTimeout(() => {
        for (const connection of open) connection.terminate();
        this.#http.closeAllConnections();
        setImmediate(resolve);
      }, this.#options.closeGraceMs ?? CLOSE_GRACE);
    });
    clearTimeout(grace);
  }
}

const ignore = (): void => {};
