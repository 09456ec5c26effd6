import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { CLOSE_CODE } from '../../generated/constants.js';
import type { Live } from '../config/index.js';
import { clientAddress } from '../net/client-address.js';
import { Heartbeat } from '../net/heartbeat.js';
import { Refusal, refuseUpgrade } from '../net/refusal.js';
import type { Logger } from '../observability/logger.js';
import type { SubscriptionService } from '../service/service-port.js';
import { acceptFirst, wantsReasons } from './accept-first.js';
import { accept, bound, createAcceptor } from './acceptor.js';
import { Admission, type Admitted } from './admission.js';
import { Connection, type Connections } from './connection.js';
import type { ConnectionInfo } from './connection-info.js';
import { newCounters, type Runtime, type SocketConfig, type SocketCounters } from './runtime.js';
import { StallWatch } from './stall-watch.js';

export interface SocketServerOptions {
  readonly config: Live<SocketConfig>;
  readonly service: SubscriptionService;
  readonly logger: Logger;
  /** Where to count; several servers may share one. @default counters of its own */
  readonly counters?: SocketCounters;
  /** Asked about each handshake before it is admitted. @throws Refusal. @default nobody is refused */
  readonly check?: (request: IncomingMessage) => void;
}

/**
 * The stream sockets of one listener: upgrades requests to WebSockets, and gives each a session with the service.
 * A greater `max_frame_bytes` holds for new connections only, everything else of the configuration at once.
 */
export class SocketServer {
  readonly counters: SocketCounters;
  readonly #runtime: Runtime;
  readonly #connections: Connections;
  /** Decides about everybody who comes to this listener, whatever the door. */
  readonly admission: Admission;
  readonly #acceptor = createAcceptor();

  constructor({ config, service, logger, counters = newCounters(), check }: SocketServerOptions) {
    this.counters = counters;
    this.#runtime = { config, service, logger, counters };
    this.#connections = {
      runtime: this.#runtime,
      stalls: new StallWatch(() => config.current.limits.slow_client_timeout_ms),
      heartbeat: new Heartbeat(() => config.current.limits.heartbeat_interval_ms),
      open: new Set(),
    };
    this.admission = new Admission(this.#runtime, check);
  }

  /** Every open connection. */
  *connections(): IterableIterator<ConnectionInfo> {
    for (const connection of this.#connections.open) yield connection.info;
  }

  /** Takes over an upgrade request that an HTTP server received. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    // Until the WebSocket library takes it over nobody else listens; a socket that fails destroys itself.
    socket.on('error', ignore);
    bound(this.#acceptor, this.#runtime.config.current.limits);
    if (wantsReasons(request.url)) {
      acceptFirst([request, socket, head], {
        acceptor: this.#acceptor,
        admission: this.admission,
        open: (ws, admitted) => this.#open(ws, socket, admitted),
        refused: (error) => this.#refused(request, error),
      });
    } else {
      void this.#admitFirst(request, socket, head);
    }
  }

  /** What closes each open connection with 1001. */
  *closers(): IterableIterator<() => void> {
    for (const connection of this.#connections.open) {
      yield () => connection.close(CLOSE_CODE.goingAway, 'the server shuts down');
    }
  }

  /** Refuses everybody from now on, and closes every connection with 1001. */
  close(): void {
    this.admission.close();
    this.#connections.heartbeat.close();
    for (const close of this.closers()) close();
  }

  /** Ends the connections that are still open. */
  terminate(): void {
    for (const connection of this.#connections.open) connection.terminate();
  }

  async #admitFirst(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    try {
      const candidate = this.admission.check(request, socket);
      const turnAway = (refusal: Refusal): void => refuseUpgrade(socket, refusal);
      const permission = await this.admission.authenticate(request, candidate, turnAway);
      accept(this.#acceptor, [request, socket, head], (ws) =>
        this.#open(ws, socket, { ...candidate, ...permission }),
      );
    } catch (error) {
      refuseUpgrade(socket, this.#refused(request, error));
    }
  }

  #open(ws: WebSocket, socket: Socket, { target, address, context }: Admitted): Connection {
    const connection = new Connection(ws, socket, address, this.#connections, context);
    this.counters.opened += 1;
    this.#runtime.logger.debug({ socket: connection.id, address, path: target.path }, 'a client connected');
    if (target.subscription !== undefined) connection.session.subscribe(target.subscription);
    return connection;
  }

  /** Counts and logs a refusal. */
  #refused(request: IncomingMessage, error: unknown): Refusal {
    const { logger } = this.#runtime;
    const refusal =
      error instanceof Refusal ? error : new Refusal(500, 'internal', 'the request could not be handled');
    const { status, code, detail } = refusal;
    this.counters.refused.count(code);
    // Without the query, which may hold a token.
    const address = clientAddress(request, this.#runtime.config.current.trusted_proxies);
    const about = { status, code, detail, address, path: request.url?.split('?', 1)[0] };
    if (refusal !== error) logger.error({ ...about, err: error }, 'an upgrade failed');
    else if (status === 400 || status === 404) logger.debug(about, 'refused an upgrade');
    else logger.warn(about, 'refused an upgrade');
    return refusal;
  }
}

const ignore = (): void => {};
