import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { CLOSE_CODE, ENGINE_PATH } from '../../../generated/constants.js';
import type { Logger } from '../../observability/logger.js';
import { Heartbeat } from '../protocol/heartbeat.js';
import type { HostLimits } from '../protocol/limits.js';
import { type BindTarget, bind, urlOf } from './bind.js';
import { mayConnect } from './origin.js';

/** Milliseconds that a peer has to answer our goodbye. */
const GOODBYE_MS = 1_000;

export interface EndpointOptions extends BindTarget {
  readonly limits: HostLimits;
  readonly logger: Logger;
  /** Origins of pages that may connect, besides those of this machine. */
  readonly allowedOrigins?: (() => readonly string[] | undefined) | undefined;
  /** A worker connected. `ws` has no listeners yet. */
  readonly onWorker: (ws: WebSocket, socket: Socket, address: string) => void;
}

/** The HTTP server of the engine endpoint: WebSockets of workers and of their telemetry, nothing else. */
export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #heartbeat: Heartbeat;
  #closing = false;

  constructor(options: EndpointOptions) {
    this.#options = options;
    const { limits, logger } = options;
    this.#sockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: limits.maxFrameBytes,
    });
    this.#heartbeat = new Heartbeat(limits.heartbeatIntervalMs, () =>
      logger.warn({}, 'dropped a worker connection that shows no life'),
    );
    this.#server = createServer((request, response) => {
      const status = isKnown(pathOf(request)) ? 426 : 404;
      response.writeHead(status, { connection: 'close', 'content-length': 0 }).end();
    });
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** @throws LocalError `port_taken`, `listen_failed` */
  async listen(): Promise<{ host: string; port: number; url: string }> {
    const address = await bind(this.#server, this.#options);
    this.#server.on('error', (error) =>
      this.#options.logger.error({ err: error }, 'the engine endpoint failed'),
    );
    return { host: address.address, port: address.port, url: urlOf(address) };
  }

  /** Takes no more connections. */
  refuse(): void {
    this.#closing = true;
    this.#server.close();
  }

  /** Says goodbye to every connection, and ends those that don't answer. */
  async close(): Promise<void> {
    this.refuse();
    const open = [...this.#sockets.clients];
    const gone = Promise.all(open.map((ws) => new Promise((resolve) => ws.once('close', resolve))));
    for (const ws of open) {
      ws.resume();
      ws.close(CLOSE_CODE.goingAway, 'going away');
    }
    const timer = setTimeout(() => {
      for (const ws of open) ws.terminate();
    }, GOODBYE_MS);
    await gone;
    clearTimeout(timer);
    this.#heartbeat.close();
    this.#server.closeAllConnections();
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    // Node hands out the connection's own socket here; only its type says less.
    const socket = stream as Socket;
    const path = pathOf(request);
    if (this.#closing || !isKnown(path)) {
      refuseUpgrade(socket, this.#closing ? '503 Service Unavailable' : '404 Not Found');
      return;
    }
    const { origin } = request.headers;
    if (!mayConnect(origin, this.#options.allowedOrigins?.())) {
      this.#options.logger.warn(
        { origin },
        'refused a page as a worker; allowed_origins may name its origin',
      );
      refuseUpgrade(socket, '403 Forbidden');
      return;
    }
    this.#sockets.options.maxPayload = this.#options.limits.maxFrameBytes;
    this.#sockets.handleUpgrade(request, socket, head, (ws) => {
      this.#heartbeat.watch(ws, socket);
      if (path === ENGINE_PATH.worker) this.#options.onWorker(ws, socket, socket.remoteAddress ?? '');
      else
        ws.on('error', (error) =>
          this.#options.logger.debug({ err: error }, 'a telemetry connection failed'),
        );
    });
  }
}

const isKnown = (path: string): boolean => path === ENGINE_PATH.worker || path === ENGINE_PATH.telemetry;

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';

function refuseUpgrade(socket: Socket, status: string): void {
  // The client may be gone already; there is nobody to tell.
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
