import pino from 'pino';
import { LocalError } from '../domain/errors.js';
import { REDACTED_PATHS } from './redact.js';
import { openSink, type SinkOptions } from './sink.js';

const SEVERITY = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60, silent: 100 } as const;

export type LogLevel = keyof typeof SEVERITY;
type Method = Exclude<LogLevel, 'silent'>;

/** Writes one line. Errors go into the field `err`. */
export interface LogMethod {
  (fields: object, message: string): void;
  (message: string): void;
}

/** One line per lifecycle event; values of a user's data only at debug and below. */
export interface Logger extends Readonly<Record<Method, LogMethod>> {
  /** The least level that is written. Setting it applies at once to this logger, its parent and all its children. */
  level: LogLevel;
  /** A logger that adds `bindings` to each line. */
  child(bindings: object): Logger;
}

export interface LoggerOptions extends SinkOptions {
  readonly level: string;
}

/**
 * The process's log.
 * @throws LocalError `log_level` when there is no such level
 */
export function createLogger(options: LoggerOptions): Logger {
  const redact = { paths: [...REDACTED_PATHS], censor: '***' };
  const formatters = { level: (label: string) => ({ level: label }) };
  const sink = pino(
    { level: 'trace', base: null, timestamp: pino.stdTimeFunctions.isoTime, redact, formatters },
    openSink(options),
  );
  const level = toLevel(options.level);
  return new LevelLogger(sink, { level, least: SEVERITY[level] });
}

function toLevel(level: string): LogLevel {
  if (Object.hasOwn(SEVERITY, level)) return level as LogLevel;
  throw new LocalError('log_level', `log level: must be one of ${Object.keys(SEVERITY).join(', ')}`);
}

interface Threshold {
  level: LogLevel;
  least: number;
}

/** pino's children keep the level that they were born with; ours share one, so that it can change while we run. */
class LevelLogger implements Logger {
  readonly #pino: pino.Logger;
  readonly #shared: Threshold;

  constructor(sink: pino.Logger, shared: Threshold) {
    this.#pino = sink;
    this.#shared = shared;
  }

  get level(): LogLevel {
    return this.#shared.level;
  }

  set level(level: LogLevel) {
    this.#shared.level = toLevel(level);
    this.#shared.least = SEVERITY[level];
  }

  child(bindings: object): Logger {
    return new LevelLogger(this.#pino.child(bindings), this.#shared);
  }

  trace(first: object | string, message?: string): void {
    this.#write('trace', first, message);
  }

  debug(first: object | string, message?: string): void {
    this.#write('debug', first, message);
  }

  info(first: object | string, message?: string): void {
    this.#write('info', first, message);
  }

  warn(first: object | string, message?: string): void {
    this.#write('warn', first, message);
  }

  error(first: object | string, message?: string): void {
    this.#write('error', first, message);
  }

  fatal(first: object | string, message?: string): void {
    this.#write('fatal', first, message);
  }

  #write(level: Method, first: object | string, message: string | undefined): void {
    if (SEVERITY[level] < this.#shared.least) return;
    if (typeof first === 'string') this.#pino[level](first);
    else this.#pino[level](first, message);
  }
}

/** For tests. */
export const silentLogger: Logger = createLogger({
  level: 'silent',
  format: 'json',
  stream: { write: () => {} },
});
