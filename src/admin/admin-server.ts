import type { IncomingMessage, ServerResponse } from 'node:http';
import { StreamError, wireMessage } from '../domain/errors.js';
import { Listener, type Listening } from '../net/listener.js';
import { isLoopback } from '../net/origin.js';
import { Refusal } from '../net/refusal.js';
import { newCounters } from '../socket/runtime.js';
import { SocketServer } from '../socket/socket-server.js';
import { Access } from './access.js';
import { operatorSubscriptions } from './operator-subscriptions.js';
import type { AdminOptions } from './options.js';
import { errorReply, type Reply, send } from './reply.js';
import { get, methodsAt, PUBLIC, post } from './routes.js';

/** Milliseconds that clients may take to go at the end. */
const CLOSE_GRACE_MS = 1_000;
const READS = ['GET', 'HEAD'];
const METHODS = [...READS, 'POST'];

/**
 * Health, metrics, the inspector page, calls of functions and what else an operator needs. Whoever reaches its address
 * may read and write everything, unless a token is wanted, so that it belongs on loopback without one. Web pages of
 * others cannot use it.
 */
export class AdminServer implements AsyncDisposable {
  readonly #options: AdminOptions;
  readonly #listener: Listener;
  readonly #live: SocketServer;
  readonly #access: Access;

  constructor(options: AdminOptions) {
    const { logger, host, port, service, config, connections } = options;
    this.#access = new Access(host, config, logger);
    this.#live = new SocketServer({
      config: {
        get current() {
          const { limits, trusted_proxies } = config.current;
          return { limits, ...(trusted_proxies && { trusted_proxies }) };
        },
      },
      service: operatorSubscriptions(service.hub),
      logger,
      counters: { ...newCounters(), refused: options.metrics.adminRefusals },
      check: (request) => this.#access.mayAct(request),
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
      onUpgrade: (request, socket, head) => this.#live.upgrade(request, socket, head),
    });
  }

  /** Binds the address. @throws LocalError `port_taken` or `listen_failed` */
  async listen(): Promise<Listening> {
    const { host, logger } = this.#options;
    const listening = await this.#listener.listen();
    if (!isLoopback(host) && !this.#access.wantsToken) {
      logger.warn(
        { host },
        'whoever reaches the admin listener may read and write everything: set admin.token_file',
      );
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

  async #reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: Reply;
    try {
      reply = await this.#route(request);
    } catch (error) {
      const refusal = this.#explained(error);
      this.#options.metrics.adminRefusals.count(refusal.code);
      reply = errorReply(refusal);
      // What is left of a refused body is not worth reading.
      if (!request.complete) reply = { ...reply, headers: { ...reply.headers, Connection: 'close' } };
    }
    send(response, reply, this.#access.hostOfPage(request), request.method !== 'HEAD');
  }

  async #route(request: IncomingMessage): Promise<Reply> {
    const { method = '' } = request;
    const url = new URL(request.url ?? '/', 'http://localhost');
    const reads = READS.includes(method);
    if (!reads || !PUBLIC.has(url.pathname)) this.#access.mayRead(request);
    const methods = methodsAt(url.pathname) ?? METHODS;
    if (!methods.includes(method)) {
      const allowed = methods.join(', ');
      throw new Refusal(405, 'method_not_allowed', `use ${allowed}`, { headers: { Allow: allowed } });
    }
    if (!reads) this.#access.mayAct(request);
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
