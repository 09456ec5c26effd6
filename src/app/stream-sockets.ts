import type { Config } from '../config/index.js';
import type { Logger } from '../observability/logger.js';
import type { SubscriptionService } from '../service/port.js';
import type { ConnectionInfo } from '../socket/connection.js';
import { newCounters, type SocketCounters, type SocketSettings } from '../socket/runtime.js';
import { createStreamServer, type StreamServer } from '../socket/server.js';

const settingsOf = (config: Config): SocketSettings => ({
  limits: config.limits,
  allowedOrigins: config.allowed_origins,
  authConfigured: config.auth_function !== undefined,
});

/** A server that listens, and its place is not taken yet. */
export interface Candidate {
  readonly server: StreamServer;
  readonly url: string;
}

/** The stream socket, which may move to another address: the new one listens before the old one goes. */
export class StreamSockets {
  readonly #service: SubscriptionService;
  readonly #logger: Logger;
  readonly #retired = newCounters();
  readonly #leaving = new Set<StreamServer>();
  #current: Candidate | undefined;

  constructor(service: SubscriptionService, logger: Logger) {
    this.#service = service;
    this.#logger = logger;
  }

  get url(): string {
    return this.#current?.url ?? '';
  }

  /** Counters of all servers that there were. */
  get counters(): SocketCounters {
    const sum = { ...this.#retired };
    for (const { counters } of this.#servers()) add(sum, counters);
    return sum;
  }

  *connections(): IterableIterator<ConnectionInfo> {
    for (const server of this.#servers()) yield* server.connections();
  }

  /** Binds an address. @throws LocalError `port_taken` or `listen_failed` */
  async bind(config: Config): Promise<Candidate> {
    const { host, port } = config;
    const options = { ...settingsOf(config), host, port, service: this.#service, logger: this.#logger };
    const server = createStreamServer(options);
    try {
      return { server, url: (await server.listen()).url };
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  /** Makes `candidate` the stream socket, and closes the one before with 1001: its clients come back and resume. */
  async moveTo(candidate: Candidate): Promise<void> {
    const old = this.#current?.server;
    this.#current = candidate;
    if (old === undefined) return;
    this.#leaving.add(old);
    await old.close();
    this.#leaving.delete(old);
    add(this.#retired, old.counters);
  }

  reconfigure(config: Config): void {
    this.#current?.server.reconfigure(settingsOf(config));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers()].map((server) => server.close()));
  }

  *#servers(): IterableIterator<StreamServer> {
    if (this.#current !== undefined) yield this.#current.server;
    yield* this.#leaving;
  }
}

function add(sum: SocketCounters, more: Readonly<SocketCounters>): void {
  for (const key of Object.keys(sum) as (keyof SocketCounters)[]) sum[key] += more[key];
}
