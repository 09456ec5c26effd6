import { randomBytes } from 'node:crypto';
import type { RedisConnection } from './redis-connection.js';
import type { RedisSettings } from './redis-options.js';
import { GENERATION_SCRIPT } from './scripts/generation.js';
import { identitiesOf, isUnbroken, type ServerIdentities } from './server-identity.js';

const random = (): string => randomBytes(4).toString('hex');

/** Milliseconds until a connection that could not be checked is checked again. */
const RETRY_MS = 100;

/**
 * Since when the store's history is whole (D35). A generation ends when a server that held it was started again,
 * promoted or exchanged, and when the store's record is gone: each may have cost acknowledged changes. An epoch begins
 * with the store's id and the generation that it belongs to, so a group of an older one is recognised by its head.
 *
 * No command goes through a connection before the servers behind it were looked at.
 */
export class StoreGeneration {
  readonly #connection: RedisConnection;
  readonly #settings: RedisSettings;
  readonly #key: string;
  readonly #ended: () => void;
  readonly #node = random();
  readonly #timer: NodeJS.Timeout;
  #id = '';
  #generation = 0;
  #prefix = '';
  #epochs = 0;
  #untold = false;
  #running: Promise<void> | undefined;

  /** @param ended called when a generation that this node knew has ended */
  constructor(connection: RedisConnection, settings: RedisSettings, ended: () => void) {
    this.#connection = connection;
    this.#settings = settings;
    this.#key = settings.keys.store;
    this.#ended = ended;
    this.#timer = setInterval(() => this.#again(), settings.checkIntervalMs).unref();
  }

  /** Resolves when the generation is known; from then on every new connection is looked at first. */
  start(): Promise<void> {
    this.#connection.guard(() => this.#again());
    return this.#check();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** What every epoch of this store and generation begins with. */
  get prefix(): string {
    return this.#prefix;
  }

  /** A name for a history that begins now. */
  newEpoch(): string {
    this.#epochs += 1;
    return this.#prefix + this.#node + this.#epochs.toString(36);
  }

  /** True for an epoch of another store, whose messages a shared channel brings. */
  isForeign(epoch: string): boolean {
    // Epochs of versions before 0.3 name no store.
    return epoch.includes('-') && !epoch.startsWith(`${this.#id}-`);
  }

  /** Ends the generation: a group was seen to go back. */
  async end(): Promise<void> {
    await this.#begin(String(this.#generation), await identitiesOf(this.#connection.masters()));
    this.#tell();
  }

  #again(): void {
    if (!this.#connection.isUp) return;
    this.#running ??= this.#check()
      .catch((error: unknown) => {
        if (this.#connection.isUp)
          this.#settings.logger.warn({ err: error }, 'could not check which Redis this is');
      })
      .finally(() => {
        this.#running = undefined;
        if (this.#connection.isUp && !this.#connection.isTrusted)
          setTimeout(() => this.#again(), RETRY_MS).unref();
      });
  }

  async #check(): Promise<void> {
    const { attempt, isTrusted } = this.#connection;
    const servers = await identitiesOf(this.#connection.masters());
    const [id, generation, recorded] = await this.#connection.send((client) =>
      client.hmget(this.#key, 'id', 'generation', 'servers'),
    );
    const isKnown = typeof servers !== 'string';
    if (!id || !generation) await this.#begin('', servers);
    else if (isKnown ? !isUnbroken(recorded ?? '', servers) : servers === 'unknown' && !isTrusted)
      await this.#begin(generation, servers);
    else {
      this.#adopt(id, Number(generation));
      // A server that left may come back with less.
      if (isKnown && servers.length < recorded!.split(',').length)
        await this.#connection.send((client) => client.hset(this.#key, 'servers', servers.join(',')));
    }
    this.#connection.trust(attempt);
    this.#tell();
  }

  async #begin(ending: string, servers: ServerIdentities): Promise<void> {
    const generation = Math.max(this.#settings.now(), Number(ending) + 1, this.#generation + 1);
    const names = typeof servers === 'string' ? '' : servers.join(',');
    const args = [ending, this.#id || random(), String(generation), names];
    const [id, current] = (await this.#connection.runUntrusted(
      GENERATION_SCRIPT,
      [this.#key],
      args,
    )) as string[];
    this.#adopt(id!, Number(current));
  }

  #adopt(id: string, generation: number): void {
    if (id === this.#id && generation === this.#generation) return;
    const isFirst = this.#id === '';
    this.#id = id;
    this.#generation = generation;
    this.#prefix = `${id}-${generation.toString(36)}-`;
    if (!isFirst) this.#untold = true;
  }

  /** Only when commands go through: who is told asks at once. */
  #tell(): void {
    if (!this.#untold || !this.#connection.isTrusted) return;
    this.#untold = false;
    this.#ended();
  }
}
