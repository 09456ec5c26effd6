import { EventEmitter, once } from 'node:events';
import type { TestContext } from 'node:test';
import { type ClientOptions, WebSocket } from 'ws';
import type { Limits } from '../../../generated/config.js';
import type { JsonText } from '../../../generated/json-text.js';
import { LiveConfig } from '../../config/index.js';
import type { Outlet } from '../../delivery/port.js';
import type { Logger } from '../../observability/logger.js';
import type {
  AuthRequest,
  AuthResult,
  JoinRequest,
  SubscriptionService,
} from '../../service/service-port.js';
import { newCounters, type SocketConfig, type SocketCounters } from '../runtime.js';
import { StreamListener, type StreamListenerOptions } from '../stream-listener.js';

export const LIMITS: Limits = {
  max_name_bytes: 512,
  max_depth: 128,
  max_call_bytes: 16_777_216,
  max_frame_bytes: 4_194_304,
  outbox_bytes: 1_048_576,
  slow_client_timeout_ms: 30_000,
  sync_bytes: 67_108_864,
  subscriptions_per_socket: 1_000,
  sockets_per_address: 0,
  max_sockets: 0,
  max_fragments: 16_384,
  max_waiting_pings: 60,
  joins_per_second: 1_000,
  idempotency_window_ms: 600_000,
  max_pending_invocations: 100,
  invocation_timeout_ms: 30_000,
  auth_timeout_ms: 10_000,
  heartbeat_interval_ms: 30_000,
};

/** Remembers each line as `level message`. */
export class FakeLogger implements Logger {
  level = 'debug' as const;
  readonly lines: string[] = [];
  readonly trace = this.#method('trace');
  readonly debug = this.#method('debug');
  readonly info = this.#method('info');
  readonly warn = this.#method('warn');
  readonly error = this.#method('error');
  readonly fatal = this.#method('fatal');

  child(): Logger {
    return this;
  }

  #method(level: string) {
    return (fields: object | string, message?: string): void => {
      this.lines.push(`${level} ${message ?? String(fields)}`);
    };
  }
}

/** Emits `join`, `leave`, `disconnect`, `drained` and `authenticate`, so that tests can wait for them. */
export class FakeService extends EventEmitter implements SubscriptionService {
  readonly joins: { outlet: Outlet; request: JoinRequest; context: JsonText | undefined }[] = [];
  readonly left: string[] = [];
  readonly disconnected: Outlet[] = [];
  readonly #held = new Map<Outlet, Map<string, JoinRequest>>();
  drains = 0;
  /** What the auth function says. */
  auth: (request: AuthRequest) => Promise<AuthResult> = () =>
    Promise.resolve({ allowed: true, context: undefined });
  /** What follows a join. */
  onJoin: (outlet: Outlet, request: JoinRequest, settled: (joined: boolean) => void) => void = (
    _,
    __,
    settled,
  ) => settled(true);

  authenticate(request: AuthRequest): Promise<AuthResult> {
    const answer = this.auth(request);
    this.emit('authenticate', request);
    return answer;
  }

  join(
    outlet: Outlet,
    request: JoinRequest,
    context: JsonText | undefined,
    settled: (joined: boolean) => void,
  ): void {
    const held = this.#held.get(outlet) ?? new Map<string, JoinRequest>();
    const { subscriptionId } = request;
    this.#held.set(outlet, held.set(subscriptionId, request));
    this.joins.push({ outlet, request, context });
    this.onJoin(outlet, request, (joined) => {
      if (!joined && held.get(subscriptionId) === request) held.delete(subscriptionId);
      settled(joined);
    });
    this.emit('join', outlet, request);
  }

  find(outlet: Outlet, subscriptionId: string): JoinRequest | undefined {
    return this.#held.get(outlet)?.get(subscriptionId);
  }

  count(outlet: Outlet): number {
    return this.#held.get(outlet)?.size ?? 0;
  }

  leave(outlet: Outlet, subscriptionId: string): void {
    if (!this.#held.get(outlet)?.delete(subscriptionId)) return;
    this.left.push(subscriptionId);
    this.emit('leave', subscriptionId);
  }

  disconnect(outlet: Outlet): void {
    this.#held.delete(outlet);
    this.disconnected.push(outlet);
    this.emit('disconnect', outlet);
  }

  drained(outlet: Outlet): void {
    this.drains += 1;
    this.emit('drained', outlet);
  }
}

export interface Running {
  readonly server: StreamListener;
  readonly counters: SocketCounters;
  /** Changes the configuration of the running server. */
  readonly configure: (change: Change) => void;
  readonly service: FakeService;
  readonly logger: FakeLogger;
  readonly url: string;
  readonly port: number;
}

/** What differs from the defaults. */
interface Change {
  readonly limits?: Partial<Limits> | undefined;
  readonly allowed_origins?: readonly string[] | undefined;
  readonly auth_function?: string | undefined;
}

/** The configuration of a server under test. */
export const configOf = ({ limits, ...change }: Change = {}): LiveConfig<SocketConfig> =>
  new LiveConfig({ ...change, limits: { ...LIMITS, ...limits } } as SocketConfig);

/** A server on a free port, that ends with the test. */
export async function start(
  t: TestContext,
  { limits, allowed_origins, auth_function, ...options }: Change & Partial<StreamListenerOptions> = {},
): Promise<Running> {
  const service = new FakeService();
  const logger = new FakeLogger();
  const counters = newCounters();
  const config = configOf({ limits, allowed_origins, auth_function });
  const server = new StreamListener({
    host: '127.0.0.1',
    port: 0,
    config,
    counters,
    service,
    logger,
    closeGraceMs: 50,
    ...options,
  });
  const { url, port } = await server.listen();
  t.after(() => server.close());
  const configure = (change: Change): void => config.apply(configOf(change).current);
  return { server, counters, configure, service, logger, url, port };
}

/** A real client that keeps what it receives until it is asked for. */
export class Client {
  readonly ws: WebSocket;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  readonly received: Record<string, unknown>[] = [];
  readonly #arrived = new EventEmitter();
  #read = 0;

  constructor(t: TestContext, url: string, protocols: string[] = [], options: ClientOptions = {}) {
    this.ws = new WebSocket(url, protocols, options);
    this.closed = new Promise((resolve) => this.ws.on('close', resolve));
    this.ws.on('error', () => {});
    this.ws.on('message', (data) => {
      this.received.push(JSON.parse(data.toString()));
      this.#arrived.emit('message');
    });
    t.after(() => this.ws.terminate());
  }

  static async open(
    t: TestContext,
    url: string,
    protocols?: string[],
    options?: ClientOptions,
  ): Promise<Client> {
    const client = new Client(t, url, protocols, options);
    await once(client.ws, 'open');
    return client;
  }

  send(message: unknown): void {
    this.ws.send(JSON.stringify(message));
  }

  join(data: Record<string, unknown>): void {
    this.send({ type: 'join', data: { subscriptionId: 'a', streamName: 's', groupId: 'g', ...data } });
  }

  /** The next message that was not asked for yet. */
  async next(): Promise<Record<string, unknown>> {
    while (this.received.length <= this.#read) await once(this.#arrived, 'message');
    return this.received[this.#read++]!;
  }
}

/** The HTTP status that refuses an upgrade, and the body's `error`. */
export function refusal(
  t: TestContext,
  url: string,
  protocols: string[] = [],
  options: ClientOptions = {},
): Promise<{ status: number; error: string }> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url, protocols, options);
    t.after(() => ws.terminate());
    ws.on('open', () => reject(new Error('was let in')));
    ws.on('error', reject);
    ws.on('unexpected-response', async (_request, response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode ?? 0, error: JSON.parse(body).error });
    });
  });
}

/** Looks again and again until it holds. */
export async function until(holds: () => boolean, what: string, ms = 5_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
