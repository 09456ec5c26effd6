import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ENGINE_FUNCTION, INVOCATION_ACTION, WORKER_MESSAGE } from '../../generated/constants.js';
import type {
  InvocationResultMessage,
  InvokeFunctionMessage,
  RegisterFunctionMessage,
  WorkerMessage,
} from '../../generated/worker.js';
import { type Handler, HandlerError, type Wiring } from './wiring.js';

/** Field of a call that only asks whether a function is in force; its handler does not see it. */
const PROBE = 'conformance_probe';
/** Milliseconds between two such calls: doubled from the first to the second. */
const PROBE_DELAY_MS = [2, 200] as const;

type Settled = Pick<InvocationResultMessage, 'result' | 'error'>;

/** The connection that functions are offered on. */
interface Connection {
  send(message: WorkerMessage): void;
  /** Calls a function; resolves with any reply, error or not. */
  exchange(functionId: string, data: unknown): Promise<unknown>;
}

/** The functions that a worker offers. */
export class Offers {
  readonly #wiring: Wiring;
  readonly #connection: Connection;
  readonly #handlers = new Map<string, Handler>();
  readonly #unsettled = new Set<string>();
  /** Tells this worker's probes from those that reach it for an older or newer owner of the same id. */
  readonly #nonce = randomUUID();
  #isAnnounced = false;

  constructor(wiring: Wiring, connection: Connection) {
    this.#wiring = wiring;
    this.#connection = connection;
  }

  has(id: string): boolean {
    return this.#handlers.has(id);
  }

  add(id: string, handler: Handler, info: Partial<RegisterFunctionMessage>): void {
    this.#wiring.requires('worker-functions');
    this.#handlers.set(id, handler);
    this.#unsettled.add(id);
    this.#connection.send({ ...info, type: WORKER_MESSAGE.registerFunction, id });
  }

  /** Tells about this worker, as SDKs do: some engines hold a worker's registrations until then. */
  announce(): void {
    if (this.#isAnnounced) return;
    this.#isAnnounced = true;
    this.#connection.send({
      type: WORKER_MESSAGE.invokeFunction,
      function_id: ENGINE_FUNCTION.registerWorker,
      data: { name: `conformance-${this.#nonce}`, runtime: 'node', version: '0', os: 'any' },
      action: { type: INVOCATION_ACTION.void },
    });
  }

  /** Waits until calls reach every function, by calling them: no list tells that of every engine. */
  async settle(): Promise<void> {
    if (this.#unsettled.size === 0) return;
    this.announce();
    const settled = Promise.all([...this.#unsettled].map((id) => this.#reached(id)));
    await this.#wiring.waits.for('calls to reach what a worker registered by `registerfunction`', settled);
  }

  /** The outcome of a call of one of the functions. */
  async run({ function_id, data, ...rest }: InvokeFunctionMessage): Promise<Settled> {
    if (this.#isProbe(function_id, data)) return { result: null };
    // Whoever mixes up cases must not have one case decide about another's subscriptions.
    if (this.#isForeign(data)) return {};
    const handler = this.#handlers.get(function_id) as Handler;
    try {
      return { result: await handler(data as never, { function_id, data, ...rest }) };
    } catch (error) {
      const code = error instanceof HandlerError ? error.code : 'handler_failed';
      return { error: { code, message: (error as Error).message } };
    }
  }

  async #reached(id: string): Promise<void> {
    let [pause, longest] = PROBE_DELAY_MS as readonly [number, number];
    for (;;) {
      await this.#connection.exchange(id, { [PROBE]: this.#nonce });
      if (!this.#unsettled.has(id) || this.#wiring.isOver()) return;
      await delay(pause);
      pause = Math.min(pause * 2, longest);
    }
  }

  #isProbe(functionId: string, data: unknown): boolean {
    const nonce = (data as Record<string, unknown> | null | undefined)?.[PROBE];
    if (nonce === this.#nonce) this.#unsettled.delete(functionId);
    return nonce !== undefined;
  }

  #isForeign(data: unknown): boolean {
    const { stream_name, streamName } = (data ?? {}) as Record<string, unknown>;
    return this.#wiring.isForeign(stream_name ?? streamName);
  }
}
