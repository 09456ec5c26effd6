import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { StreamError, wireMessage } from '../domain/errors.js';
import { listen } from '../socket/listen.js';
import { isLoopback } from '../socket/origin.js';
import { Refusal, refuseUpgrade } from '../socket/refusal.js';
import { createStreamServer } from '../socket/server.js';
import { isOwnHost, isSameOrigin } from './guard.js';
import { operatorSubscriptions } from './live.js';
import type { AdminOptions } from './options.js';
import { AdminError, errorReply, type Reply, send } from './reply.js';
import { get, PUBLIC, post } from './routes.js';

/** Milliseconds that a client may take to send its request. */
const REQUEST_TIMEOUT = 10_000;
/** Milliseconds that clients may take to go at the end. */
const CLOSE_GRACE = 1_000;
const READS = ['GET', 'HEAD'];

/**
 * Health, metrics, the inspector page and what it needs, for the operator. It authorises nobody: whoever reaches its
 * address may read and write everything, so that it belongs on loopback. Web pages of others cannot use it.
 */
export class AdminServer implements AsyncDisposable {
  readonly #options: AdminOptions;
  readonly #http = createServer({ headersTimeout: REQUEST_TIMEOUT, requestTimeout: REQUEST_TIMEOUT });
  readonly #open = new Set<Socket>();
  readonly #live: ReturnType<typeof createStreamServer>;

  constructor(options: AdminOptions) {
    const { logger, host, engine, limits } = options;
    this.#live = createStreamServer({
      host,
      port: 0,
      limits: limits(),
      authConfigured: false,
      service: operatorSubscriptions(engine.hub),
      logger,
    });
    const { connections } = options;
    const all = function* (this: AdminServer) {
      yield* connections();
      for (const one of this.#live.connections()) yield { ...one, operator: true };
    }.bind(this);
    this.#options = { ...options, connections: all };
    this.#http.on('connection', (socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
    this.#http.on('request', (request, response) => void this.#answer(request, response));
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Binds the address. @throws LocalError `port_taken` or `listen_failed` */
  async listen(): Promise<{ url: string }> {
    const { host, port, logger } = this.#options;
    await listen(this.#http, host, port, { name: 'the admin listener', key: 'admin.port' });
    this.#http.on('error', (error) => logger.error({ err: error }, 'admin listener'));
    const bound = (this.#http.address() as AddressInfo).port;
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
    logger.info({ url }, 'admin listens');
    if (!isLoopback(host)) {
      logger.warn({ host }, 'whoever reaches the admin listener may read and write everything');
    }
    return { url };
  }

  /** The limits changed. */
  reconfigure(): void {
    this.#live.reconfigure({ limits: this.#options.limits(), authConfigured: false });
  }

  /** Stops accepting, says goodbye and ends what is still open after a second. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    await this.#live.close();
    const grace = setTimeout(() => {
      for (const socket of this.#open) socket.destroy();
    }, CLOSE_GRACE);
    await closed;
    clearTimeout(grace);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { headers } = request;
    if (isOwnHost(headers.host, this.#options.host) && isSameOrigin(headers)) {
      // Node hands out the connection's own socket here; only its type says less.
      this.#live.upgrade(request, socket as Socket, head);
      return;
    }
    socket.on('error', () => socket.destroy());
    refuseUpgrade(socket, new Refusal(403, 'origin_not_allowed', 'only the inspector itself may connect'));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers, method = '' } = request;
    const known = isOwnHost(headers.host, this.#options.host);
    let reply: Reply;
    try {
      reply = await this.#route(request, known);
    } catch (error) {
      reply = errorReply(this.#explained(error));
      // What is left of a refused body is not worth reading.
      if (!request.complete) reply = { ...reply, headers: { ...reply.headers, Connection: 'close' } };
    }
    send(response, reply, known ? headers.host : undefined, method !== 'HEAD');
  }

  async #route(request: IncomingMessage, known: boolean): Promise<Reply> {
    const { method = '', headers } = request;
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (!known && !PUBLIC.has(url.pathname)) {
      throw new AdminError(
        421,
        'unknown_host',
        'ask by address, as localhost, or by the configured admin.host',
      );
    }
    const reads = READS.includes(method);
    if (!reads && method !== 'POST') throw new AdminError(405, 'method_not_allowed', 'use GET or POST');
    if (!reads && !isSameOrigin(headers)) {
      throw new AdminError(403, 'origin_not_allowed', 'only the inspector itself may ask for changes');
    }
    const reply = reads ? await get(this.#options, url) : await post(this.#options, url, request);
    if (reply === undefined) throw new AdminError(404, 'not_found', 'there is nothing at this path');
    return reply;
  }

  #explained(error: unknown): AdminError {
    if (error instanceof AdminError) return error;
    if (error instanceof StreamError) return new AdminError(503, error.reason, wireMessage(error));
    if (error instanceof URIError || error instanceof TypeError) {
      this.#options.logger.debug({ err: error }, 'refused an admin request');
      return new AdminError(400, 'invalid_input', 'the request cannot be read');
    }
    this.#options.logger.error({ err: error }, 'an admin request failed');
    return new AdminError(500, 'internal', 'the request failed; the server log says why');
  }
}
