import { randomUUID } from 'node:crypto';
import {
  INVOCATION_ERROR,
  OBSERVABLE,
  type ObservableId,
  WORKER_MESSAGE,
} from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import { encodeTriggerRegistrationResultMessage } from '../../../generated/messages/worker.js';
import type { EngineMessage, RegisterTriggerMessage } from '../../../generated/worker.js';
import type { TraceContext } from '../../domain/change.js';
import { LocalError } from '../../domain/errors.js';
import type { WorkersUsage } from '../../observability/metric-sources.js';
import type {
  FunctionCaller,
  InvocationCallback,
  InvokeOptions,
  StreamService,
} from '../../service/service-port.js';
import { drain } from '../protocol/drain.js';
import { errorBody } from '../protocol/encode.js';
import type { HandledMessage } from '../protocol/handled.js';
import type { Peer } from '../protocol/peer.js';
import type { IncomingCall } from '../protocol/peer-options.js';
import { Shared } from '../protocol/shared.js';
import type { AttachedWorkersOptions } from './attached-options.js';
import { type AttachedState, StateWatch } from './attached-state.js';
import { CustomStreamFunctions, isCustomStream } from './custom-stream-functions.js';
import { EngineFeatures } from './engine-features.js';
import { shownUrl } from './engine-url.js';
import { Link } from './link.js';
import { offerFrames, sourceFrames, subscriptionFrames } from './registration.js';
import { RelayedTriggers } from './relayed-triggers.js';

/** Milliseconds that the engine has for a question of ours about its state. */
const QUESTION_MS = 5_000;

const SOURCES: ReadonlySet<string> = new Set(Object.values(OBSERVABLE));

/**
 * We as a worker of a running iii engine: it calls our functions, and we call others through it. The connection is made
 * again whenever it is lost, and everything is registered again.
 */
export class AttachedWorkers implements FunctionCaller, AsyncDisposable {
  readonly #options: AttachedWorkersOptions;
  /** The engine's URL without credentials. */
  readonly #name: string;
  readonly #shared: Shared;
  readonly #link: Link;
  readonly #custom: CustomStreamFunctions;
  readonly #triggers: RelayedTriggers;
  readonly #changesFunction = `iii-stream-functions-available-${randomUUID()}`;
  readonly #state = new StateWatch();
  #service: StreamService | undefined;
  readonly #features = new EngineFeatures();
  #closing: Promise<void> | undefined;

  /** @throws LocalError `engine_url` */
  constructor(options: AttachedWorkersOptions) {
    this.#options = options;
    const { url, logger } = options;
    this.#name = shownUrl(url);
    this.#shared = new Shared(options);
    const ask = (functionId: string, payload: JsonText, done: InvocationCallback): void =>
      this.invoke(functionId, payload, { timeoutMs: QUESTION_MS }, done);
    this.#custom = new CustomStreamFunctions(ask, logger);
    this.#triggers = new RelayedTriggers(() => this.#served(), ask);
    this.#link = new Link({
      url,
      name: this.#name,
      logger,
      shared: this.#shared,
      onUp: (engine) => {
        this.#up(engine).catch((error: unknown) =>
          logger.error({ err: error }, 'could not register on the engine'),
        );
      },
      onDown: () => this.#down(),
      onInvoke: (call, reply) => this.#invoked(call, reply),
      onMessage: (message) => this.#received(message),
    });
  }

  get state(): AttachedState {
    return this.#state.current;
  }

  notReady(): string | undefined {
    return this.#state.current === 'ready' ? undefined : 'the engine is not connected';
  }

  usage(): WorkersUsage {
    return { connected: 0, pending: this.#shared.budget.used, engineUp: this.#state.current === 'ready' };
  }

  /** Tells `listener` about every change of the state, until the returned function is called. */
  onState(listener: (state: AttachedState) => void): () => void {
    return this.#state.listen(listener);
  }

  /** Offers the functions and trigger types of `service`. Call it once, before `listen`. */
  serve(service: StreamService): void {
    this.#service = service;
  }

  /**
   * Connects, and waits for the engine as long as it takes.
   *
   * @throws LocalError `closed` when it is closed meanwhile
   */
  async listen(): Promise<{ url: string }> {
    const settled = this.#state.settled();
    this.#link.connect();
    if ((await settled) === 'ready') return { url: this.#name };
    throw new LocalError('closed', 'closed before the engine could be reached');
  }

  /**
   * Custom streams are known from the engine's last list, also while it is away. Any other id may exist whenever the
   * engine is there.
   */
  /** The engine knows. */
  readonly hasCustomStreams = true;

  has(functionId: string): boolean {
    if (isCustomStream(functionId)) return this.#custom.has(functionId);
    return this.#link.engine !== undefined;
  }

  invoke(functionId: string, payload: JsonText, options: InvokeOptions, done: InvocationCallback): void {
    const engine = this.#link.engine;
    if (engine !== undefined) engine.call(functionId, payload, options, done);
    else {
      const message = `Function ${functionId} cannot be called: the engine is not connected`;
      done({ code: INVOCATION_ERROR.engineUnavailable, message, notSent: true }, undefined);
    }
  }

  notify(
    functionId: string,
    payload: JsonText,
    trace: TraceContext | undefined,
    metadata?: JsonText,
  ): boolean {
    const engine = this.#link.engine;
    engine?.notify(functionId, payload, trace, metadata);
    return engine !== undefined;
  }

  /** An engine that offers observers has them called by whoever calls the source: so every event calls it. */
  isObserved(): boolean {
    return this.#features.observes;
  }

  observed(source: ObservableId, event: JsonText, trace: TraceContext | undefined): void {
    this.#link.engine?.notify(source, event, trace);
  }

  /** Waits up to 2 s for the calls that run, then leaves the engine. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await drain(() => this.#shared.budget.used > 0 || (this.#link.engine?.gate.calls ?? 0) > 0);
    await this.#link.close();
    this.#shared.close();
    this.#state.enter('closed');
  }

  /**
   * The order matters. Which custom streams there are is known before the first call comes in; triggers that ended
   * end before the engine relays their successors; and the last question, whose reply comes after everything that we registered,
   * finds what ended in between.
   */
  async #up(engine: Peer<EngineMessage>): Promise<void> {
    for (const frame of subscriptionFrames(this.#changesFunction)) engine.send(frame);
    await Promise.all([this.#custom.refresh(), this.#triggers.reconcile(false)]);
    if (this.#link.engine !== engine) return;
    if (this.isObserved()) for (const frame of sourceFrames()) engine.send(frame);
    for (const frame of offerFrames(this.#options.identity ?? {})) engine.send(frame);
    await Promise.all([this.#custom.refresh(), this.#triggers.reconcile(true)]);
    if (this.#link.engine !== engine) return;
    this.#options.logger.info({ engine: this.#name }, 'registered on the engine');
    this.#state.enter('ready');
  }

  #down(): void {
    this.#features.forget();
    this.#triggers.disconnected();
    if (this.#closing === undefined) this.#state.enter('connecting');
  }

  #invoked({ message, payload, trace }: IncomingCall, reply: InvocationCallback): void {
    const { function_id: functionId } = message;
    if (this.#closing !== undefined)
      reply({ code: INVOCATION_ERROR.invocationStopped, message: 'The worker is shutting down' }, undefined);
    else if (functionId === this.#changesFunction) {
      reply(undefined, undefined);
      void this.#custom.refresh();
    } else if (SOURCES.has(functionId)) reply(undefined, payload?.text);
    else this.#served().call(functionId, payload, trace, reply);
  }

  #received(message: Exclude<EngineMessage, HandledMessage>): void {
    switch (message.type) {
      case WORKER_MESSAGE.registerTrigger:
        this.#registerTrigger(message);
        break;
      case WORKER_MESSAGE.unregisterTrigger:
        this.#triggers.unregister(message.id);
        break;
      case WORKER_MESSAGE.triggerRegistrationResult:
      case WORKER_MESSAGE.error:
        this.#options.logger.warn({ ...message }, 'the engine refused a message of ours');
        break;
      case WORKER_MESSAGE.workerRegistered:
        this.#features.take(message.features);
        break;
      case WORKER_MESSAGE.registrationRejected:
        this.#options.logger.error({ ...message }, 'the engine rejected a registration of ours');
        break;
      // We observe nothing; the engine tells of functions that it lists anyway.
      case WORKER_MESSAGE.observeResult:
      case WORKER_MESSAGE.observerStateChanged:
      case WORKER_MESSAGE.registerFunction:
        break;
      default:
        message satisfies never;
    }
  }

  #registerTrigger(message: RegisterTriggerMessage): void {
    const { id, trigger_type, function_id } = message;
    const failure = this.#triggers.register(message);
    const about = { trigger: id, trigger_type, function: function_id, ...failure };
    if (failure !== undefined) this.#options.logger.warn(about, 'refused a trigger');
    const error = failure && errorBody(failure);
    this.#link.engine?.send(encodeTriggerRegistrationResultMessage({ id, trigger_type, function_id, error }));
  }

  #served(): StreamService {
    if (this.#service === undefined) throw new Error('serve() comes before listen()');
    return this.#service;
  }
}
