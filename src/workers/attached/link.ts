import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { CLOSE_CODE } from '../../../generated/constants.js';
import { validateEngineMessage } from '../../../generated/validators.js';
import type { EngineMessage } from '../../../generated/worker.js';
import { type Backoff, backoffMs } from '../../net/backoff.js';
import type { Logger } from '../../observability/logger.js';
import { Liveness } from '../protocol/liveness.js';
import { Peer } from '../protocol/peer.js';
import type { PeerOptions } from '../protocol/peer-options.js';
import type { Shared } from '../protocol/shared.js';
import { MAX_MESSAGE_BYTES } from '../protocol/workers-config.js';

/** Milliseconds that an engine has to accept a connection. */
const HANDSHAKE_MS = 10_000;
/** Milliseconds that the engine has for its part of the close handshake. */
const CLOSE_HANDSHAKE_MS = 1_000;
const RETRY: Backoff = { firstMs: 100, longestMs: 3_000 };
type EnginePeer = Peer<EngineMessage>;

export interface LinkOptions extends Pick<PeerOptions<EngineMessage>, 'onInvoke' | 'onMessage'> {
  readonly url: string;
  /** What logs call the engine. */
  readonly name: string;
  readonly shared: Shared;
  readonly logger: Logger;
  readonly onUp: (engine: EnginePeer) => void;
  /** The connection is closed; the calls that the engine owes a result fail right after this. */
  readonly onDown: () => void;
}

/** The connection to an engine: made again and again until it is closed. */
export class Link {
  readonly #options: LinkOptions;
  #ws: WebSocket | undefined;
  #engine: EnginePeer | undefined;
  #retry: NodeJS.Timeout | undefined;
  #attempt = 0;
  #closed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** The engine, while it is connected. */
  get engine(): EnginePeer | undefined {
    return this.#engine;
  }

  connect(): void {
    const { url, shared } = this.#options;
    const ws = new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: Math.max(MAX_MESSAGE_BYTES, shared.config.current.limits.max_frame_bytes),
      handshakeTimeout: HANDSHAKE_MS,
    });
    this.#ws = ws;
    let socket: Socket | undefined;
    ws.once('upgrade', (response: IncomingMessage) => {
      socket = response.socket;
    });
    ws.once('open', () => this.#opened(ws, socket as Socket));
    ws.on('error', (error) => this.#failed(error));
    ws.once('close', () => this.#again());
  }

  /** Closes the connection, and connects no more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    const ws = this.#ws;
    if (ws === undefined || ws.readyState === ws.CLOSED) return;
    const gone = new Promise((resolve) => ws.once('close', resolve));
    if (this.#engine === undefined) ws.terminate();
    else this.#engine.close(CLOSE_CODE.goingAway, 'going away');
    ws.resume();
    const timer = setTimeout(() => ws.terminate(), CLOSE_HANDSHAKE_MS);
    await gone;
    clearTimeout(timer);
  }

  #opened(ws: WebSocket, socket: Socket): void {
    const { onUp, onDown, name, logger, ...options } = this.#options;
    this.#attempt = 0;
    logger.info({ engine: name }, 'connected to the engine');
    const engine = new Peer<EngineMessage>({
      ...options,
      logger,
      ws,
      socket,
      write: (messages) => {
        socket.cork();
        for (const message of messages) ws.send(message);
        socket.uncork();
      },
      validate: validateEngineMessage,
      onClose: (code, reason) => {
        this.#engine = undefined;
        logger.warn({ engine: name, code, reason }, 'the engine disconnected');
        onDown();
      },
      facts: () => ({ engine: name }),
    });
    this.#engine = engine;
    Liveness.watch(options.shared.heartbeat, ws, socket, () =>
      logger.warn({}, 'the engine shows no life; connecting again'),
    );
    onUp(engine);
  }

  #failed(error: Error): void {
    // Once it is up, the peer reports.
    if (this.#closed || this.#engine !== undefined) return;
    this.#options.logger.warn(
      { engine: this.#options.name, attempt: this.#attempt + 1, err: error },
      'the engine cannot be reached; trying again',
    );
  }

  #again(): void {
    if (this.#closed) return;
    const wait = backoffMs(this.#attempt, RETRY);
    this.#attempt += 1;
    this.#options.logger.info({ engine: this.#options.name, wait }, 'connecting to the engine again');
    // Not unref'd: a worker that waits for its engine has nothing else that keeps it alive.
    this.#retry = setTimeout(() => this.connect(), wait);
  }
}
