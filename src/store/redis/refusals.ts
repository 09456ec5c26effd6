import type { StreamError } from '../../domain/errors.js';
import type { StoreHealth } from '../port.js';

/** Milliseconds until Redis is asked again whether it takes writes. */
const ASK_AGAIN_MS = 1_000;
/** The first words of errors by which a server refuses any write, whoever asks. */
const REFUSING = /^(?:OOM|MISCONF|NOREPLICAS|READONLY)\b/;

/**
 * Whether Redis takes writes: one that is up and out of memory, that cannot save, or that lost its replicas takes none,
 * and clients should be sent elsewhere until it does.
 */
export class Refusals {
  readonly #ask: (key: string) => Promise<unknown>;
  readonly #refused: (reason: string, cause: unknown) => void;
  #reason: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * @param ask writes a key that ends by itself
   * @param refused told when it begins to refuse
   */
  constructor(ask: (key: string) => Promise<unknown>, refused: (reason: string, cause: unknown) => void) {
    this.#ask = ask;
    this.#refused = refused;
  }

  health(): StoreHealth {
    return this.#reason === undefined ? { writable: true } : { writable: false, reason: this.#reason };
  }

  /** A commit failed. @param key one of the same slot, that nobody else uses */
  failed(error: StreamError, key: string): void {
    const { cause } = error;
    if (!(cause instanceof Error) || !REFUSING.test(cause.message)) return;
    if (this.#reason === undefined) this.#refused(error.message, cause);
    this.#reason = error.message;
    this.#timer ??= setTimeout(() => void this.#askAgain(key), ASK_AGAIN_MS).unref();
  }

  /** A commit succeeded. */
  succeeded(): void {
    if (this.#reason === undefined) return;
    this.#reason = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  stop(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #askAgain(key: string): Promise<void> {
    let refuses = false;
    try {
      await this.#ask(key);
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      // While it is away that is the reason which counts.
      refuses = cause instanceof Error && REFUSING.test(cause.message);
    }
    this.#timer = undefined;
    if (!refuses) this.succeeded();
    else if (!this.#closed) this.#timer = setTimeout(() => void this.#askAgain(key), ASK_AGAIN_MS).unref();
  }
}
