import { type Config, diffConfig } from '../config/index.js';
import { LocalError } from '../domain/errors.js';
import type { Logger } from '../observability/logger.js';

/** What a reload acts on. */
export interface Reloadable {
  /** True when the engine is somebody else's, so that `engine` means nothing. */
  readonly attached: boolean;
  /** True once the end has begun: nothing is opened any more. */
  readonly closing: () => boolean;
  readonly logger: Logger;
  /**
   * Binds what `next` needs, without a change to what runs; the answer puts it in place.
   * @throws LocalError when an address cannot be bound
   */
  prepare(next: Config, parts: { address: boolean; admin: boolean }): Promise<() => Promise<void>>;
  /** Makes `next` the settings that are looked up from now on. */
  use(next: Config): void;
}

/** Applies configurations to a running app, one after another. Each is applied as a whole or not at all. */
export class Reloader {
  readonly #target: Reloadable;
  #config: Config;
  #last: Promise<void> = Promise.resolve();

  constructor(config: Config, target: Reloadable) {
    this.#config = config;
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
    const { attached, closing, logger } = this.#target;
    if (closing()) throw new LocalError('closed', 'the server shuts down; nothing was changed');
    const { live, restart } = diffConfig(this.#config, next);
    const parts = [...restart].filter((part) => !(attached && part === 'engine'));
    if (parts.length > 0) {
      const sentence = `${parts.join(', ')}: changes with a restart only; nothing was changed`;
      throw new LocalError('restart_needed', sentence);
    }
    if (live.size === 0) return;
    const place = await this.#target.prepare(next, {
      address: live.has('address'),
      admin: live.has('admin'),
    });
    this.#config = next;
    this.#target.use(next);
    await place();
    logger.info({ changed: [...live] }, 'applied the new configuration');
  }
}
