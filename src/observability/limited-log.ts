import type { Logger } from './logger.js';

/** Milliseconds for which a line is not repeated. */
const WINDOW_MS = 10_000;
/** Kinds of lines told apart at one time; what comes beyond shares one. */
const MAX_KEYS = 256;

interface Window {
  repeated: number;
  last: () => void;
}

type Level = 'info' | 'warn' | 'error';

/**
 * Lines that outside causes may repeat without end. The first of a kind is written at once; those that follow within
 * 10 s become one, with how many they were (`repeated`).
 */
export class LimitedLog {
  readonly #logger: Logger;
  readonly #windowMs: number;
  readonly #windows = new Map<string, Window>();

  /** @param windowMs milliseconds for which a line is not repeated */
  constructor(logger: Logger, windowMs = WINDOW_MS) {
    this.#logger = logger;
    this.#windowMs = windowMs;
  }

  /** @param kind lines of one kind are told as one */
  write(level: Level, kind: string, fields: object, message: string): void {
    const known = this.#windows.has(kind) || this.#windows.size < MAX_KEYS;
    const key = known ? kind : '';
    const window = this.#windows.get(key);
    if (window === undefined) {
      this.#logger[level](fields, message);
      this.#open(key);
      return;
    }
    window.repeated += 1;
    window.last = () => this.#logger[level]({ ...fields, repeated: window.repeated }, message);
  }

  /** Lines of a server that ends may be the last: nothing waits for the timer. */
  #open(key: string): void {
    this.#windows.set(key, { repeated: 0, last: () => {} });
    setTimeout(() => this.#end(key), this.#windowMs).unref();
  }

  #end(key: string): void {
    const window = this.#windows.get(key);
    this.#windows.delete(key);
    if (window === undefined || window.repeated === 0) return;
    window.last();
    this.#open(key);
  }
}

const shared = new WeakMap<Logger, LimitedLog>();

/** The one that everybody shares who writes to `logger`. */
export function limitedLogOf(logger: Logger): LimitedLog {
  let log = shared.get(logger);
  if (log === undefined) {
    log = new LimitedLog(logger);
    shared.set(logger, log);
  }
  return log;
}
