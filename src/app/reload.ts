import { type Config, diffConfig, type LiveConfig } from '../config/index.js';
import { LocalError } from '../domain/errors.js';
import type { Logger } from '../observability/logger.js';
import type { Move } from './movable.js';

/** What a reload acts on. */
export interface Reloadable {
  readonly config: LiveConfig<Config>;
  /** True when the engine is somebody else's, so that `engine` means nothing. */
  readonly attached: boolean;
  /** True once the end has begun: nothing is opened any more. */
  readonly closing: () => boolean;
  readonly logger: Logger;
  /** @throws LocalError when the configuration names what is not there */
  verify(next: Config): void;
  /** @throws LocalError when the address cannot be bound */
  bindStream(next: Config): Promise<Move>;
  /** @throws LocalError when the address cannot be bound */
  bindAdmin(next: Config): Promise<Move>;
}

/** Applies configurations to a running app, one after another. Each is applied as a whole or not at all. */
export class Reloader {
  readonly #target: Reloadable;
  #last: Promise<void> = Promise.resolve();

  constructor(target: Reloadable) {
    this.#target = target;
  }

  /**
   * @throws LocalError `restart_needed` naming the parts, or why an address cannot be bound; nothing has changed then
   */
  apply(next: Config): Promise<void> {
    const applied = this.#last.then(() => this.#apply(next));
    this.#last = applied.catch(() => {});
    return applied;
  }

  /** Resolves when nothing is being applied. */
  idle(): Promise<void> {
    return this.#last;
  }

  async #apply(next: Config): Promise<void> {
    const { attached, closing, config, logger } = this.#target;
    if (closing()) throw new LocalError('closed', 'the server shuts down; nothing was changed');
    const { live, restart } = diffConfig(config.current, next);
    const parts = [...restart].filter((part) => !(attached && part === 'engine'));
    if (parts.length > 0) {
      const message = `${parts.join(', ')}: changes with a restart only; nothing was changed`;
      throw new LocalError('restart_needed', message);
    }
    if (live.size === 0) return;
    this.#target.verify(next);
    const moves = await this.#bind(next, live.has('address'), live.has('admin'));
    config.apply(next);
    logger.level = next.log.level;
    await Promise.all(moves.map((move) => move.place()));
    logger.info({ changed: [...live] }, 'applied the new configuration');
  }

  /** Everything that moves is bound before anything changes. */
  async #bind(next: Config, stream: boolean, admin: boolean): Promise<readonly Move[]> {
    const moves: Move[] = [];
    try {
      if (stream) moves.push(await this.#target.bindStream(next));
      if (admin) moves.push(await this.#target.bindAdmin(next));
      return moves;
    } catch (error) {
      await Promise.all(moves.map((move) => move.discard()));
      throw error;
    }
  }
}
