import { Cluster, type Redis } from 'ioredis';
import { StreamError } from '../../domain/errors.js';
import { streamErrorOf } from './failure.js';
import { endClient } from './redis-client.js';
import type { RedisLogger } from './redis-options.js';
import type { RedisNode, RedisTarget } from './redis-url.js';
import type { Script } from './scripts/script.js';

export type RedisClient = Redis | Cluster;

/** True for a connection that failed, not for one that nobody needed yet. */
const isLost = ({ status }: Redis): boolean =>
  status === 'close' || status === 'reconnecting' || status === 'end';

/** The one connection (in a Cluster: one per node) that commands go through, in the order asked. */
export class RedisConnection implements AsyncDisposable {
  readonly target: RedisTarget;
  readonly client: RedisClient;
  readonly #logger: RedisLogger;
  #closed = false;
  #connected = false;
  #check: (() => void) | undefined;
  #attempt = 0;
  #trusted = true;
  #lastError = '';

  /** @param client not connected yet */
  constructor(target: RedisTarget, client: RedisClient, logger: RedisLogger) {
    this.target = target;
    this.client = client;
    this.#logger = logger;
    client.on('error', (error: Error) => this.#noteError(error));
    client.on('close', () => this.#lost());
    client.on('ready', () => this.#established());
  }

  /** True when keys live on several nodes. */
  get isCluster(): boolean {
    return this.client instanceof Cluster;
  }

  /** Where events can be subscribed to, as they are known now. */
  nodes(): readonly RedisNode[] {
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

  /** What the client last complained about; empty when it is content. */
  get lastError(): string {
    return this.#lastError;
  }

  /** True while a server replies, whichever it is. */
  get isUp(): boolean {
    return this.client.status === 'ready';
  }

  /** Counts the connections made so far. */
  get attempt(): number {
    return this.#attempt;
  }

  /** False until somebody vouches for the servers behind the connection. */
  get isTrusted(): boolean {
    return this.#trusted;
  }

  /** From now on commands wait for `trust`; `check` is called for each new connection. */
  guard(check: () => void): void {
    this.#trusted = false;
    this.#check = check;
  }

  /** Lets commands through, unless the connection was replaced since `attempt`. */
  trust(attempt: number): void {
    if (this.isUp && attempt === this.#attempt) this.#trusted = true;
  }

  /** Why commands cannot succeed now; undefined when they can. */
  problem(): string | undefined {
    if (this.isUp && this.#trusted) return undefined;
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
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return this.ask(() => this.#call(script, keys, args));
  }

  /** The same, whether the servers are trusted or not. */
  runUntrusted(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return this.send(() => this.#call(script, keys, args));
  }

  /**
   * Sends a command, unless it would have to wait for a connection.
   * @throws StreamError
   */
  async ask<T>(send: (client: RedisClient) => Promise<T>): Promise<T> {
    const problem = this.problem();
    if (problem !== undefined) throw new StreamError('unavailable', problem);
    return this.send(send);
  }

  /** Sends a command, whether the servers are trusted or not. */
  async send<T>(send: (client: RedisClient) => Promise<T>): Promise<T> {
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

  #call({ name }: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const scripts = this.client as unknown as Record<
      string,
      (...args: (string | number)[]) => Promise<unknown>
    >;
    return scripts[name]!(keys.length, ...keys, ...args);
  }

  #noteError(error: Error): void {
    this.#lastError = error.message;
  }

  #established(): void {
    this.#connected = true;
    this.#attempt += 1;
    this.#lastError = '';
    if (this.#check !== undefined) {
      this.#trusted = false;
      this.#check();
    }
    this.#logger.info({ redis: this.target.label }, 'connected to Redis');
  }

  #lost(): void {
    if (this.#check !== undefined) this.#trusted = false;
    if (this.#closed || !this.#connected) return;
    this.#connected = false;
    this.#logger.warn({ redis: this.target.label, reason: this.#lastError }, 'lost the connection to Redis');
  }
}
