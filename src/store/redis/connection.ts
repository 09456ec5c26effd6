import { Cluster, type Redis } from 'ioredis';
import { LocalError, StreamError } from '../../domain/errors.js';
import { createClient, createCluster, endClient } from './client.js';
import { streamErrorOf } from './failure.js';
import type { RedisLogger } from './options.js';
import type { Script } from './scripts/script.js';
import type { RedisTarget } from './url.js';

type Client = Redis | Cluster;

/** What the library says of every command of a lost connection. */
const CLOSED = 'Connection is closed.';

/** True for a connection that failed, not for one that nobody needed yet. */
const isLost = ({ status }: Redis): boolean =>
  status === 'close' || status === 'reconnecting' || status === 'end';

/** Resolves when a client is ready; rejects when its first attempt fails, or at the signal. */
function established(client: Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      client.off('ready', onReady);
      signal.removeEventListener('abort', onAbort);
      act();
    };
    // The library's own promise stays open when a Cluster is not ready at first.
    const onReady = () => settle(resolve);
    const onAbort = () => settle(() => reject(signal.reason));
    client.once('ready', onReady);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    else client.connect().catch((error: unknown) => settle(() => reject(error)));
  });
}

/** The one connection (in a Cluster: one per node) that commands go through, in the order asked. */
export class Connection implements AsyncDisposable {
  readonly target: RedisTarget;
  readonly client: Client;
  readonly #logger: RedisLogger;
  #closed = false;
  #connected = false;
  #lastError = '';

  private constructor(target: RedisTarget, client: Client, logger: RedisLogger) {
    this.target = target;
    this.client = client;
    this.#logger = logger;
    client.on('error', (error: Error) => this.#noteError(error));
    if (client instanceof Cluster) client.on('node error', (error: Error) => this.#noteError(error));
    client.on('close', () => this.#lost());
    client.on('ready', () => this.#established());
  }

  /**
   * Connects; a server that says it belongs to a Cluster is connected to as one.
   *
   * @param signal ends the attempt
   * @throws LocalError `redis_unreachable`
   */
  static async open(
    target: RedisTarget,
    timeoutMs: number,
    logger: RedisLogger,
    signal: AbortSignal,
  ): Promise<Connection> {
    if (target.nodes.length > 1)
      return Connection.#connect(target, createCluster(target, timeoutMs), logger, signal);
    const single = await Connection.#connect(target, createClient(target, timeoutMs), logger, signal);
    if (!(await single.#belongsToCluster())) return single;
    await single[Symbol.asyncDispose]();
    return Connection.#connect(target, createCluster(target, timeoutMs), logger, signal);
  }

  static async #connect(
    target: RedisTarget,
    client: Client,
    logger: RedisLogger,
    signal: AbortSignal,
  ): Promise<Connection> {
    const connection = new Connection(target, client, logger);
    try {
      await established(client, signal);
      return connection;
    } catch (error) {
      await connection[Symbol.asyncDispose]();
      const cause = connection.#lastError || (error instanceof Error ? error.message : String(error));
      const why = signal.aborted ? 'no answer within the time allowed' : cause;
      throw new LocalError(
        'redis_unreachable',
        `redis_url: Redis at ${target.label} cannot be reached: ${why}`,
      );
    }
  }

  /** True when keys live on several nodes. */
  get isCluster(): boolean {
    return this.client instanceof Cluster;
  }

  /** Where events can be subscribed to, as they are known now. */
  nodes(): readonly { readonly host: string; readonly port: number }[] {
    if (!(this.client instanceof Cluster)) return this.target.nodes;
    const known = this.client
      .nodes('all')
      .filter((node) => !isLost(node))
      .map(({ options }) => ({ host: options.host ?? 'localhost', port: options.port ?? 0 }));
    return known.length > 0 ? known : this.target.nodes;
  }

  /** The servers that hold keys, to search them. */
  masters(): readonly Redis[] {
    return this.client instanceof Cluster ? this.client.nodes('master') : [this.client];
  }

  /** Why commands cannot succeed now; undefined when they can. */
  problem(): string | undefined {
    if (this.client.status === 'ready') return undefined;
    const why = this.#lastError === '' ? '' : `: ${this.#lastError}`;
    return this.#closed ? 'the store is closed' : `Redis at ${this.target.label} is not connected${why}`;
  }

  /** Like `problem`, and one node of a Cluster that is missing counts. */
  ailment(): string | undefined {
    const missing = this.isCluster ? this.masters().find(isLost) : undefined;
    if (missing === undefined) return this.problem();
    return `Redis at ${missing.options.host}:${missing.options.port} is not connected`;
  }

  define(scripts: readonly Script[]): void {
    for (const { name, lua, readOnly } of scripts) this.client.defineCommand(name, { lua, readOnly });
  }

  /**
   * Runs a script that was defined; the library loads it where it is missing.
   * @throws StreamError
   */
  async run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const scripts = this.client as unknown as Record<
      string,
      (...args: (string | number)[]) => Promise<unknown>
    >;
    return this.ask(() => scripts[script.name]!(keys.length, ...keys, ...args));
  }

  /**
   * Sends a command, unless it would have to wait for a connection.
   * @throws StreamError
   */
  async ask<T>(send: (client: Client) => Promise<T>): Promise<T> {
    const problem = this.problem();
    if (problem !== undefined) throw new StreamError('unavailable', problem);
    try {
      return await send(this.client);
    } catch (error) {
      throw streamErrorOf(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await endClient(this.client);
  }

  async #belongsToCluster(): Promise<boolean> {
    try {
      return /^redis_mode:cluster/m.test(String(await this.client.info('server')));
    } catch (error) {
      this.#logger.info(
        { err: error },
        'Redis does not tell whether it is a Cluster; taking it for a single server',
      );
      return false;
    }
  }

  #noteError(error: Error): void {
    const { lastNodeError } = error as { lastNodeError?: Error };
    const message = lastNodeError?.message ?? error.message;
    // The cause was told before.
    if (message !== CLOSED || this.#lastError === '') this.#lastError = message;
  }

  #established(): void {
    this.#connected = true;
    this.#lastError = '';
    this.#logger.info({ redis: this.target.label }, 'connected to Redis');
  }

  #lost(): void {
    if (this.#closed || !this.#connected) return;
    this.#connected = false;
    this.#logger.warn({ redis: this.target.label, reason: this.#lastError }, 'lost the connection to Redis');
  }
}
