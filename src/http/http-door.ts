import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { REASON_STATUS } from '../../generated/constants.js';
import { ROUTES } from '../../generated/routes.js';
import { StreamError } from '../domain/errors.js';
import { clientAddress } from '../net/client-address.js';
import { Heartbeat } from '../net/heartbeat.js';
import { Refusal, refuseRequest } from '../net/refusal.js';
import type { Admission } from '../socket/admission.js';
import type { ConnectionInfo } from '../socket/connection-info.js';
import { StallWatch } from '../socket/stall-watch.js';
import type { RequestDoor } from '../socket/stream-listener.js';
import { acceptedType, type MediaType } from './accept.js';
import { checkOrigin, corsHeaders, preflight } from './cors.js';
import { sendRetry } from './event-stream.js';
import { isHealthCheck, replyHealth } from './health.js';
import { SnapshotReading } from './reading.js';
import type { HttpRuntime } from './runtime.js';
import { StateDoor } from './state/state-door.js';
import { Subscribing } from './subscribing.js';
import { checkRequest, type HttpTarget, readTarget } from './target.js';

export interface HttpDoorOptions extends Omit<HttpRuntime, 'stalls' | 'heartbeat'> {
  readonly admission: Admission;
  /** Whether clients should come here, for load balancers. @default always */
  readonly isReady?: () => boolean;
}

/** Milliseconds between two comments of an event stream, at most. */
const COMMENT_MS = 15_000;
/** Statuses that a browser's event source would give up at, though trying again helps. */
const TRY_AGAIN = [429, 503];

/**
 * The groups over HTTP: snapshots, changes, long-polls and event streams, on the port and under the admission of the
 * stream sockets.
 */
export class HttpDoor implements RequestDoor {
  readonly #runtime: HttpRuntime;
  readonly #admission: Admission;
  readonly #reading: SnapshotReading;
  readonly #subscribing: Subscribing;
  readonly #state: StateDoor;
  readonly #isReady: () => boolean;

  constructor({ admission, isReady = () => true, ...shared }: HttpDoorOptions) {
    const { config } = shared;
    this.#admission = admission;
    this.#isReady = isReady;
    this.#runtime = {
      ...shared,
      stalls: new StallWatch(() => config.current.limits.slow_client_timeout_ms),
      heartbeat: new Heartbeat(() => Math.min(COMMENT_MS, config.current.limits.heartbeat_interval_ms)),
    };
    this.#reading = new SnapshotReading(this.#runtime);
    this.#subscribing = new Subscribing(this.#runtime, this.#reading);
    this.#state = new StateDoor({
      runtime: this.#runtime,
      reading: this.#reading,
      subscribing: this.#subscribing,
    });
  }

  /** Replies to a request. Never throws. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    // A client that leaves is told nothing.
    response.on('error', ignore);
    void this.#reply(request, response);
  }

  connections(): Iterable<ConnectionInfo> {
    return this.#subscribing.connections();
  }

  closers(): Iterable<() => void> {
    return this.#subscribing.closers();
  }

  close(): void {
    this.#runtime.heartbeat.close();
    this.#subscribing.close();
  }

  async #reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { limits, allowed_origins: allowed, path_prefix: prefix } = this.#runtime.config.current;
    for (const [name, value] of Object.entries(corsHeaders(request.headers, allowed))) {
      response.setHeader(name, value as string);
    }
    let wanted: MediaType = 'json';
    try {
      const target = isHealthCheck(request, prefix)
        ? undefined
        : readTarget(request, limits.max_name_bytes, prefix);
      const { route } = target ?? { route: ROUTES.checkHealth };
      if (request.method === 'OPTIONS') {
        preflight(request, response, route.methods, allowed);
        return;
      }
      checkRequest(request, route);
      if (target === undefined) {
        checkOrigin(request.headers, allowed);
        replyHealth(request, response, this.#isReady());
        return;
      }
      wanted = request.method === 'HEAD' ? 'json' : wantedType(request, target);
      await this.#serve(request, response, target, wanted);
    } catch (error) {
      this.#refuse(request, response, error, wanted);
    }
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
    target: HttpTarget,
    wanted: MediaType,
  ): Promise<void> {
    checkOrigin(request.headers, this.#runtime.config.current.allowed_origins);
    const { address } = this.#admission.hold(request, response);
    const turnAway = (refusal: Refusal): void => this.#refuse(request, response, refusal, wanted);
    const { context } = await this.#admission.authenticate(request, { target, address }, turnAway);
    if (response.destroyed || response.writableEnded) return;
    const client = { request, response, target, address, context };
    const { since, wait } = target.parameters;
    if (target.route === ROUTES.readState) await this.#state.reply(client);
    else if (wanted === 'events') await this.#subscribing.stream(client);
    else if (since !== undefined && wait !== undefined && request.method === 'GET') {
      await this.#subscribing.poll(client, since, wait);
    } else await this.#reading.reply(client);
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown, wanted: MediaType): void {
    const refusal = this.#explained(request, error);
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    if (wanted === 'events' && TRY_AGAIN.includes(refusal.status)) sendRetry(response, refusal);
    else refuseRequest(request, response, refusal);
  }

  /** Counts and logs a refusal. */
  #explained(request: IncomingMessage, error: unknown): Refusal {
    const { logger, counters, config } = this.#runtime;
    const refusal = refusalOf(error);
    const { status, code, detail } = refusal;
    counters.refused.count(code);
    const address = clientAddress(request, config.current.trusted_proxies);
    // Without the query, which may hold a token.
    const path = request.url?.split('?', 1)[0];
    const about = { status, code, detail, address, path };

    if (code === 'internal') logger.error({ ...about, err: error }, 'a request failed');
    else if (status < 401 || (status > 403 && status < 429)) logger.debug(about, 'refused a request');
    else logger.warn(about, 'refused a request');
    return refusal;
  }
}

/**
 * The type of the reply. Where `live` says that it is an event stream, refusals are JSON all the same: those readers try
 * again by themselves, and give up where streams end at once.
 *
 * @throws Refusal 406
 */
function wantedType({ headers }: IncomingMessage, { route }: HttpTarget): MediaType {
  const wanted = acceptedType(headers.accept);
  return route === ROUTES.readState ? 'json' : wanted;
}

const LATER: OutgoingHttpHeaders = { 'Retry-After': '1' };

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof StreamError) {
    const status = REASON_STATUS[error.reason];
    const headers = status === 503 ? LATER : {};
    return new Refusal(status, error.reason, error.message, { headers });
  }
  return new Refusal(500, 'internal', 'the request could not be handled');
}

const ignore = (): void => {};
