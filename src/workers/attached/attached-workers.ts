import { INVOCATION_ERROR, type ObservableId, WORKER_MESSAGE } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import type { EngineMessage } from '../../../generated/worker.js';
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
import type { HandledMessage } from '../protocol/handled.js';
import type { Peer } from '../protocol/peer.js';
import type { IncomingCall } from '../protocol/peer-options.js';
import { Shared } from '../protocol/shared.js';
import type { AttachedWorkersOptions } from './attached-options.js';
import { type AttachedState, StateWatch } from './attached-state.js';
import { CustomStreamFunctions, isCustomStream } from './custom-stream-functions.js';
import { EngineFeatures } from './engine-features.js';
import { EngineStanding } from './engine-standing.js';
import { shownUrl } from './engine-url.js';
import { Link } from './link.js';
import { Registrar } from './registrar.js';
import { RelayedTriggers } from './relayed-triggers.js';

/** Milliseconds that the engine has for a question of ours about its state. */
const QUESTION_MS = 5_000;

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
  readonly #standing: EngineStanding;
  readonly #registrar: Registrar;
  readonly #state = new StateWatch();
  #service: StreamService | undefined;
  readonly #features = new EngineFeatures();
  /** The engine knows. */
  readonly hasCustomStreams = true;
  #closing: Promise<void> | undefined;

  /** @throws LocalError `engine_url` */
  constructor(options: AttachedWorkersOptions) {
    this.#options = options;
    const { url, logger } = options;
    this.#name = shownUrl(url);
    this.#shared = new Shared(options);
    const ask = (functionId: string, payload: JsonText, done: InvocationCallback): void =>
      this.invoke(functionId, payload, { timeoutMs: QUESTION_MS }, done);
    const { identity = {}, isOneOfSeveral = false, customStreamKeptMs } = options;
    this.#standing = new EngineStanding({ logger, engine: this.#name, identity, isOneOfSeveral });
    this.#custom = new CustomStreamFunctions(ask, logger, customStreamKeptMs);
    this.#custom.onList = (functions) => this.#standing.take(functions);
    this.#triggers = new RelayedTriggers(() => this.#served(), ask, logger);
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
    this.#registrar = new Registrar({
      logger,
      engine: this.#name,
      link: this.#link,
      custom: this.#custom,
      triggers: this.#triggers,
      standing: this.#standing,
      features: this.#features,
      isOneOfSeveral,
    });
  }

  get state(): AttachedState {
    return this.#state.current;
  }

  notReady(): string | undefined {
    const reason = this.#standing.notReady();
    return reason ?? (this.#state.current === 'ready' ? undefined : 'the engine is not connected');
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
   * @throws LocalError `closed` when it is closed meanwhile, `engine_rejected` when the engine does not take us
   */
  async listen(): Promise<{ url: string }> {
    const settled = this.#state.settled();
    this.#link.connect();
    if ((await settled) === 'ready') return { url: this.#name };
    const { rejection } = this.#standing;
    if (rejection !== undefined) throw new LocalError('engine_rejected', rejection);
    throw new LocalError('closed', 'closed before the engine could be reached');
  }

  /**
   * Custom streams are known from the engine's last list, also while it is away. Any other id may exist whenever the
   * engine is there.
   */
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

  /** While the engine is away, the last list is all that there is; before the first one nothing is known. */
  settle(stream: string): Promise<void> | undefined {
    if (this.#link.engine === undefined && this.#custom.isKnown) return undefined;
    return this.#custom.settle(stream);
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

  async #up(engine: Peer<EngineMessage>): Promise<void> {
    if (!(await this.#registrar.register(engine))) return;
    this.#options.logger.info({ engine: this.#name }, 'registered on the engine');
    this.#state.enter('ready');
  }

  #down(): void {
    this.#features.forget();
    this.#standing.disconnected();
    this.#custom.changed();
    this.#triggers.disconnected();
    if (this.#closing === undefined) this.#state.enter('connecting');
  }

  #invoked({ message, payload, trace }: IncomingCall, reply: InvocationCallback): void {
    const { function_id: functionId } = message;
    if (this.#closing !== undefined)
      reply({ code: INVOCATION_ERROR.invocationStopped, message: 'The worker is shutting down' }, undefined);
    else if (!this.#registrar.takes(functionId, payload, reply))
      this.#served().call(functionId, payload, trace, reply);
  }

  #received(message: Exclude<EngineMessage, HandledMessage>): void {
    switch (message.type) {
      case WORKER_MESSAGE.registerTrigger:
        this.#link.engine?.send(this.#triggers.relayed(message));
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
        this.#standing.greeted(message);
        break;
      case WORKER_MESSAGE.registrationRejected:
        this.#standing.rejected(message);
        if (this.#standing.rejection !== undefined)
          void this.#link.close().then(() => this.#state.enter('closed'));
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

  #served(): StreamService {
    if (this.#service === undefined) throw new Error('serve() comes before listen()');
    return this.#service;
  }
}
