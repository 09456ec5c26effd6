import { ENGINE_FUNCTION, FUNCTION, INVOCATION_ERROR } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import { StreamError } from '../../domain/errors.js';
import { asJson } from '../../domain/json-text.js';
import type { Logger } from '../../observability/logger.js';
import type { InvocationCallback, InvocationFailure } from '../../service/service-port.js';

const PREFIXES: readonly string[] = Object.values(FUNCTION).map((id) => `${id}(`);

/** True for the id of a function that implements a stream: `stream::set(<name>)`. */
export const isCustomStream = (id: string): boolean =>
  id.endsWith(')') && PREFIXES.some((prefix) => id.startsWith(prefix));

const streamOf = (id: string): string => id.slice(id.indexOf('(') + 1, -1);

/** Streams that may be remembered as asked about; beyond, all are asked about again. */
const MAX_ASKED = 100_000;
/** Milliseconds that a custom stream stays one after its worker went. */
const KEPT_MS = 600_000;
/** Milliseconds that a list is good for, where a worker that is there already may offer a stream without a sign. */
const FRESH_MS = 1_000;

/** The objects of a list of the engine. */
export type Listed = readonly Readonly<Record<string, unknown>>[];

/** Calls a function of the engine. */
export type CallEngine = (functionId: string, payload: JsonText, done: InvocationCallback) => void;

/**
 * Which custom streams other workers offer (D17). The engine tells of new functions seconds late, and of workers at once: so
 * the first use of a stream asks for the list before it touches the storage, and so does the first after any worker came,
 * announced itself or went, or after a second. What was a custom stream stays one for ten minutes after its worker went,
 * and while the engine is away: to forget it would mean to keep its items ourselves meanwhile.
 */
export class CustomStreamFunctions {
  readonly #call: CallEngine;
  readonly #logger: Logger;
  readonly #keptMs: number;
  readonly #now: () => number;
  #ids: ReadonlySet<string> = new Set();
  /** There was a list. */
  isKnown = false;
  #streams: ReadonlySet<string> = new Set();
  /** Functions that were offered → when they were listed last, in ms of the clock. */
  readonly #former = new Map<string, number>();
  /** Streams whose functions `#ids` has, until `#freshUntil` (in ms of the clock). */
  readonly #asked = new Set<string>();
  #freshUntil = 0;
  readonly #settling = new Map<string, Promise<void>>();
  #asking: Promise<InvocationFailure | undefined> | undefined;
  /** The question after that one. */
  #next: Promise<InvocationFailure | undefined> | undefined;
  /** Counts what makes lists out of date. */
  #version = 0;
  /** Gets every list. */
  onList: (functions: Listed) => void = () => {};

  /** @param now in ms, of a clock that is never set back */
  constructor(call: CallEngine, logger: Logger, keptMs = KEPT_MS, now = () => performance.now()) {
    this.#call = call;
    this.#logger = logger;
    this.#keptMs = keptMs;
    this.#now = now;
  }

  has(id: string): boolean {
    if (this.#ids.has(id)) return true;
    const listed = this.#former.get(id);
    if (listed === undefined) return false;
    // A worker that is there, and offers other functions of the stream, has given this one up.
    return !this.#streams.has(streamOf(id)) && this.#now() - listed < this.#keptMs;
  }

  /** Any list is out of date: a worker came, announced itself or went. */
  changed(): void {
    this.#version++;
    this.#asked.clear();
    this.#settling.clear();
  }

  /**
   * Settles when `has` is exact for the functions of this stream; undefined = it is.
   * @throws StreamError `unavailable` when the engine does not say
   */
  settle(stream: string): Promise<void> | undefined {
    if (this.#now() >= this.#freshUntil) this.#asked.clear();
    if (this.#asked.has(stream)) return undefined;
    const settling = this.#settling.get(stream);
    if (settling !== undefined) return settling;
    const version = this.#version;
    const asked = this.refresh().then((failure) => {
      if (this.#settling.get(stream) === asked) this.#settling.delete(stream);
      if (failure !== undefined && failure.code !== INVOCATION_ERROR.functionNotFound) {
        const message = `the engine does not say whether ${stream} is a custom stream: ${failure.message}`;
        throw new StreamError('unavailable', message);
      }
      // Whoever came before the change may take this list; the next one asks anew.
      if (version !== this.#version) return;
      if (this.#asked.size === 0) this.#freshUntil = this.#now() + FRESH_MS;
      if (this.#asked.size >= MAX_ASKED) this.#asked.clear();
      this.#asked.add(stream);
    });
    this.#settling.set(stream, asked);
    return asked;
  }

  /**
   * Asks the engine, and tells why it failed. One question at a time: all who come meanwhile share the next one, and
   * nobody waits for more than these two.
   */
  refresh(): Promise<InvocationFailure | undefined> {
    if (this.#next !== undefined) return this.#next;
    if (this.#asking === undefined) return this.#start();
    this.#next = this.#asking.then(() => {
      this.#next = undefined;
      return this.#start();
    });
    return this.#next;
  }

  #start(): Promise<InvocationFailure | undefined> {
    this.#asking = this.#ask().then((failure) => {
      this.#asking = undefined;
      return failure;
    });
    return this.#asking;
  }

  #ask(): Promise<InvocationFailure | undefined> {
    return new Promise((resolve) => {
      this.#call(ENGINE_FUNCTION.listFunctions, asJson('{}'), (failed, result) => {
        const functions = failed === undefined ? listOf(result, 'functions') : undefined;
        if (functions !== undefined) this.#listed(functions);
        const failure = functions === undefined ? (failed ?? NO_LIST) : undefined;
        if (failure !== undefined)
          this.#logger.warn(
            { ...failure },
            'could not ask which custom streams there are; keeping the last list',
          );
        resolve(failure);
      });
    });
  }

  #listed(functions: Listed): void {
    this.isKnown = true;
    const now = this.#now();
    const ids = functions.map(({ function_id }) => function_id).filter((id) => typeof id === 'string');
    for (const id of this.#ids) this.#former.set(id, now);
    this.#ids = new Set(ids.filter(isCustomStream));
    this.#streams = new Set([...this.#ids].map(streamOf));
    for (const [id, listed] of this.#former) {
      if (this.#ids.has(id) || now - listed >= this.#keptMs) this.#former.delete(id);
    }
    this.onList(functions);
  }
}

const NO_LIST: InvocationFailure = { code: INVOCATION_ERROR.invalidMessage, message: 'it sent no list' };

/** The objects of a list in the engine's result; undefined when it holds none. */
export function listOf(result: JsonText | undefined, field: string): Listed | undefined {
  const fields = JSON.parse(result ?? 'null') as Readonly<Record<string, unknown>> | null;
  const list = fields?.[field];
  if (!Array.isArray(list)) return undefined;
  return list.filter((entry) => typeof entry === 'object' && entry !== null);
}
