import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { StreamError, wireMessage } from '../domain/errors.js';
import { Listener, type Listening } from '../net/listener.js';
import { isLoopback, isOwnHost, isSameOrigin } from '../net/origin.js';
import { Refusal, refuseUpgrade } from '../net/refusal.js';
import { SocketServer } from '../socket/socket-server.js';
import { operatorSubscriptions } from './operator-subscriptions.js';
import type { AdminOptions } from './options.js';
import { errorReply, type Reply, send } from './reply.js';
import { get, PUBLIC, post } from './routes.js';

/** Milliseconds that clients may take to go at the end. */
const CLOSE_GRACE_MS = 1_000;
const READS = ['GET', 'HEAD'];

/**
 * Health, metrics, the inspector page and what it needs, for the operator. It authorises nobody: whoever reaches its
 * address may read and write everything, so that it belongs on loopback. Web pages of others cannot use it.
 */
export class AdminServer implements AsyncDisposable {
  readonly #options: AdminOptions;
  readonly #listener: Listener;
  readonly #live: SocketServer;

  constructor(options: AdminOptions) {
    const { logger, host, port, service, config, connections } = options;
    this.#live = new SocketServer({
      config: {
        get current() {
          return { limits: config.current.limits };
        },
      },
      service: operatorSubscriptions(service.hub),
      logger,
    });
    const all = function* (this: AdminServer) {
      yield* connections();
      for (const one of this.#live.connections()) yield { ...one, operator: true };
    }.bind(this);
    this.#options = { ...options, connections: all };
    this.#listener = new Listener({
      scheme: 'http',
      host,
      port,
      name: 'the admin listener',
      key: 'admin.port',
      logger,
      onRequest: (request, response) => void this.#reply(request, response),
      onUpgrade: (request, socket, head) => this.#upgrade(request, socket, head),
    });
  }

  /** Binds the address. @throws LocalError `port_taken` or `listen_failed` */
  async listen(): Promise<Listening> {
    const { host, logger } = this.#options;
    const listening = await this.#listener.listen();
    if (!isLoopback(host)) {
      logger.warn({ host }, 'whoever reaches the admin listener may read and write everything');
    }
    return listening;
  }

  /** Stops accepting, closes what is open and ends what is still there after a second. */
  async close(): Promise<void> {
    const closed = this.#listener.close(CLOSE_GRACE_MS, () => this.#live.terminate());
    this.#live.close();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { headers } = request;
    if (isOwnHost(headers.host, this.#options.host) && isSameOrigin(headers)) {
      this.#live.upgrade(request, socket, head);
      return;
    }
    refuseUpgrade(socket, new Refusal(403, 'origin_not_allowed', 'only the inspector itself may connect'));
  }

  async #reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
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
      throw new Refusal(421, 'unknown_host', 'ask by address, as localhost, or by the configured admin.host');
    }
    const reads = READS.includes(method);
    if (!reads && method !== 'POST') throw new Refusal(405, 'method_not_allowed', 'use GET or POST');
    if (!reads && !isSameOrigin(headers)) {
      throw new Refusal(403, 'origin_not_allowed', 'only the inspector itself may ask for changes');
    }
    const reply = reads ? await get(this.#options, url) : await post(this.#options, url, request);
    if (reply === undefined) throw new Refusal(404, 'not_found', 'there is nothing at this path');
    return reply;
  }

  #explained(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    if (error instanceof StreamError) return new Refusal(503, error.reason, wireMessage(error));
    if (error instanceof URIError || error instanceof TypeError) {
      this.#options.logger.debug({ err: error }, 'refused an admin request');
      return new Refusal(400, 'invalid_input', 'the request cannot be read');
    }
    this.#options.logger.error({ err: error }, 'an admin request failed');
    return new Refusal(500, 'internal', 'the request failed; the server log says why');
  }
}
