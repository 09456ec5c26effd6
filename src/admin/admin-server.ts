import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { StreamError, wireMessage } from '../domain/errors.js';
import { Listener, type Listening } from '../net/listener.js';
import { isLoopback, isOwnHost, isSameOrigin } from '../net/origin.js';
import { Refusal, refuseUpgrade } from '../net/refusal.js';
import { SocketServer } from '../socket/socket-server.js';
import { operatorSubscriptions } from './operator-subscriptions.js';
import type { AdminOptions } from './options.js';
import { errorReply, type Reply, send } from './reply.js';
import { get, methodsAt, PUBLIC, post } from './routes.js';
import { readToken, type Shown, TokenCheck } from './token.js';

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
  readonly #token: TokenCheck;

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
    this.#token = new TokenCheck(() => readToken(config.current), logger);
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
    if (!isLoopback(host) && !this.#token.isWanted) {
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

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { headers } = request;
    try {
      const shown = this.#token.check(headers);
      if (!this.#isKnown(headers, shown) || !mayAct(headers, shown))
        throw new Refusal(403, 'origin_not_allowed', 'only the inspector itself may connect');
      this.#live.upgrade(request, socket, head);
    } catch (error) {
      refuseUpgrade(socket, this.#explained(error));
    }
  }

  /** Whoever shows a token got it for this listener, by whatever name; without one a name may be somebody else's. */
  #isKnown({ host }: IncomingHttpHeaders, shown: Shown): boolean {
    return shown !== 'nothing' || isOwnHost(host, this.#options.host);
  }

  async #reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers, method = '' } = request;
    const known = isOwnHost(headers.host, this.#options.host) || this.#token.isWanted;
    let reply: Reply;
    try {
      reply = await this.#route(request);
    } catch (error) {
      reply = errorReply(this.#explained(error));
      // What is left of a refused body is not worth reading.
      if (!request.complete) reply = { ...reply, headers: { ...reply.headers, Connection: 'close' } };
    }
    send(response, reply, known ? headers.host : undefined, method !== 'HEAD');
  }

  async #route(request: IncomingMessage): Promise<Reply> {
    const { method = '', headers } = request;
    const url = new URL(request.url ?? '/', 'http://localhost');
    const reads = READS.includes(method);
    const isPublic = reads && PUBLIC.has(url.pathname);
    const shown = isPublic ? 'nothing' : this.#token.check(headers);
    if (!isPublic && !this.#isKnown(headers, shown)) {
      throw new Refusal(421, 'unknown_host', 'ask by address, as localhost, or by the configured admin.host');
    }
    const methods = methodsAt(url.pathname) ?? METHODS;
    if (!methods.includes(method)) {
      const allowed = methods.join(', ');
      throw new Refusal(405, 'method_not_allowed', `use ${allowed}`, { headers: { Allow: allowed } });
    }
    if (!reads && !mayAct(headers, shown)) {
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

/** Only our own page acts on a user's behalf; whoever shows the token as a bearer is no page of others. */
const mayAct = (headers: IncomingHttpHeaders, shown: Shown): boolean =>
  shown === 'bearer' || isSameOrigin(headers, shown === 'basic');
