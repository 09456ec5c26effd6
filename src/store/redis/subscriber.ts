import type { Redis } from 'ioredis';
import { endClient, retryStrategy } from './redis-client.js';
import type { RedisLogger } from './redis-options.js';

/** Milliseconds between two signs of life. */
const HEARTBEAT_MS = 2_000;

export interface SubscriberEvents {
  message(text: string, channel: string): void;
  /** Messages may have been missed; from now on they arrive again. */
  gap(): void;
}

/** What is subscribed to: what there has to be, and what the store can do without. */
export interface Channels {
  readonly needed: readonly string[];
  readonly wished: readonly string[];
}

const isRefusal = (error: unknown): boolean => error instanceof Error && error.message.startsWith('NOPERM');

/** The subscription to channels, on a connection of its own that is replaced whenever it is lost. */
export class Subscriber implements AsyncDisposable {
  readonly #create: () => Redis;
  readonly #channels: Channels;
  readonly #events: SubscriberEvents;
  readonly #logger: RedisLogger;
  readonly #heartbeat: NodeJS.Timeout;
  #client: Redis | undefined;
  #retry: NodeJS.Timeout | undefined;
  #attempts = 0;
  #closed = false;
  #active = false;

  /** @param create makes a client that does not reconnect by itself and is not connected yet */
  constructor(create: () => Redis, channels: Channels, events: SubscriberEvents, logger: RedisLogger) {
    this.#create = create;
    this.#channels = channels;
    this.#events = events;
    this.#logger = logger;
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  /** True while messages arrive. */
  get active(): boolean {
    return this.#active;
  }

  /** Resolves when the subscription is active; rejects when the first attempt fails. */
  async start(): Promise<void> {
    await this.#subscribe();
  }

  /** Subscribes anew: the server that the subscription is at may not be the one that is written to. */
  renew(): void {
    if (this.#active) this.#client?.disconnect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#retry);
    if (this.#client !== undefined) await endClient(this.#client);
  }

  async #subscribe(): Promise<void> {
    const client = this.#create();
    this.#client = client;
    let reason = '';
    client.on('error', (error: Error) => {
      reason = error.message;
    });
    try {
      await client.connect();
      await client.subscribe(...this.#channels.needed);
      await this.#subscribeIfAllowed(client);
    } catch (error) {
      client.disconnect();
      throw reason === '' ? error : new Error(reason, { cause: error });
    }
    // What came before is in the gap, which is told in this turn.
    client.on('message', (channel: string, text: string) => this.#events.message(text, channel));
    this.#active = true;
    this.#attempts = 0;
    if (client.status === 'end') this.#lost(reason);
    else client.once('end', () => this.#lost(reason));
  }

  /** Without these everything comes on the others. */
  async #subscribeIfAllowed(client: Redis): Promise<void> {
    for (const channel of this.#channels.wished) {
      try {
        await client.subscribe(channel);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.#logger.warn(
          { channel, err: error },
          'updates come as whole values: a channel is not permitted',
        );
      }
    }
  }

  #lost(reason: string): void {
    this.#active = false;
    if (this.#closed) return;
    this.#logger.warn({ reason }, 'lost the subscription to Redis');
    this.#schedule();
  }

  #schedule(): void {
    this.#retry = setTimeout(() => void this.#again(), retryStrategy(this.#attempts++)).unref();
  }

  async #again(): Promise<void> {
    try {
      await this.#subscribe();
    } catch (error) {
      if (!this.#closed) this.#schedule();
      this.#logger.info({ err: error, attempt: this.#attempts }, 'cannot subscribe to Redis yet');
      return;
    }
    this.#logger.info({}, 'subscribed to Redis again');
    if (!this.#closed) this.#events.gap();
  }

  /** A socket that nobody closes looks quiet: the client ends it when no reply comes. */
  #beat(): void {
    if (!this.#active) return;
    this.#client?.ping().catch(() => this.#client?.disconnect());
  }
}
