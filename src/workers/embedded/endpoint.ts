import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { CLOSE_CODE, ENGINE_PATH } from '../../../generated/constants.js';
import type { Live } from '../../config/index.js';
import { addressOf } from '../../net/client-address.js';
import type { Heartbeat } from '../../net/heartbeat.js';
import { Listener, type Listening } from '../../net/listener.js';
import { isLoopbackOrigin, originAllowed } from '../../net/origin.js';
import { Refusal, refuseRequest, refuseUpgrade } from '../../net/refusal.js';
import type { Logger } from '../../observability/logger.js';
import { Liveness } from '../protocol/liveness.js';
import { MAX_MESSAGE_BYTES, type WorkersConfig } from '../protocol/workers-config.js';

/** Milliseconds that a peer has for its part of the close handshake. */
const CLOSE_HANDSHAKE_MS = 1_000;
const PORT_WAIT_MS = 5_000;

export interface EndpointOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Milliseconds that a taken port is waited for. @default 5000 */
  readonly portWaitMs?: number;
  readonly config: Live<WorkersConfig>;
  readonly heartbeat: Heartbeat;
  readonly logger: Logger;
  /** A worker connected. `ws` has no listeners yet. */
  readonly onWorker: (ws: WebSocket, socket: Socket, address: string) => void;
}

/** The HTTP server of the engine endpoint: WebSockets of workers and of their telemetry, nothing else. */
export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #listener: Listener;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
  });
  #closing = false;

  constructor(options: EndpointOptions) {
    this.#options = options;
    const { host, port, portWaitMs = PORT_WAIT_MS, logger } = options;
    // SDKs in Rust set TCP_NODELAY at their end only if ours says that it has: Node's sockets have it.
    this.#sockets.on('headers', (headers) => headers.push('x-iii-capabilities: tcp-nodelay'));
    this.#listener = new Listener({
      scheme: 'ws',
      host,
      port,
      waitMs: portWaitMs,
      name: 'the engine endpoint',
      key: 'engine.port',
      logger,
      onRequest: (request: IncomingMessage, response: ServerResponse) =>
        refuseRequest(request, response, isKnown(pathOf(request)) ? upgradeRequired() : notFound()),
      onUpgrade: (request, socket, head) => this.#upgrade(request, socket, head),
    });
  }

  /** @throws LocalError `port_taken`, `listen_failed` */
  listen(): Promise<Listening> {
    return this.#listener.listen();
  }

  /** Takes no more connections. */
  refuse(): void {
    this.#closing = true;
    this.#listener.stop();
  }

  /** Closes every connection, and ends those that do not close in time. */
  async close(): Promise<void> {
    this.refuse();
    const { clients } = this.#sockets;
    const closed = this.#listener.close(CLOSE_HANDSHAKE_MS, () => {
      for (const ws of clients) ws.terminate();
    });
    for (const ws of clients) {
      ws.resume();
      ws.close(CLOSE_CODE.goingAway, 'going away');
    }
    await closed;
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { config, heartbeat, logger, onWorker } = this.#options;
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      refuseUpgrade(socket, refusal);
      return;
    }
    this.#sockets.options.maxPayload = Math.max(MAX_MESSAGE_BYTES, config.current.limits.max_frame_bytes);
    this.#sockets.handleUpgrade(request, socket, head, (ws) => {
      Liveness.watch(heartbeat, ws, socket, () =>
        logger.warn({}, 'dropped a worker connection that shows no life'),
      );
      if (pathOf(request) === ENGINE_PATH.worker) onWorker(ws, socket, addressOf(socket));
      else ws.on('error', (error) => logger.debug({ err: error }, 'a telemetry connection failed'));
    });
  }

  /**
   * Any page that a user opens can reach a port of this machine, and a worker may do everything: so only pages of this
   * machine may connect, and those that the operator names (D28).
   */
  #refusal(request: IncomingMessage): Refusal | undefined {
    if (this.#closing) return new Refusal(503, 'going_away', 'the engine shuts down');
    if (!isKnown(pathOf(request))) return notFound();
    const { origin } = request.headers;
    if (origin === undefined || isLoopbackOrigin(origin)) return undefined;
    if (originAllowed(origin, this.#options.config.current.allowed_origins ?? [])) return undefined;
    this.#options.logger.warn({ origin }, 'refused a page as a worker; allowed_origins may name its origin');
    return new Refusal(403, 'origin_not_allowed', 'this origin may not connect');
  }
}

const isKnown = (path: string): boolean => path === ENGINE_PATH.worker || path === ENGINE_PATH.telemetry;

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';

const notFound = (): Refusal => new Refusal(404, 'not_found', 'workers connect at /');

const upgradeRequired = (): Refusal =>
  new Refusal(426, 'upgrade_required', 'workers connect over WebSocket', {
    headers: { Upgrade: 'websocket' },
  });
