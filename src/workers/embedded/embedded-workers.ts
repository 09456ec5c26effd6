import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { CLOSE_CODE, ENGINE_FEATURE, type ObservableId, WORKER_EVENT } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import {
  encodeProtocolErrorMessage,
  encodeWorkerRegisteredMessage,
} from '../../../generated/messages/worker.js';
import { validateWorkerMessage } from '../../../generated/validators.js';
import type { WorkerMessage } from '../../../generated/worker.js';
import type { TraceContext } from '../../domain/change.js';
import { jsonOf } from '../../domain/json-text.js';
import { Payload } from '../../domain/payload.js';
import { encodeTextFrames } from '../../net/frames.js';
import type { Listening } from '../../net/listener.js';
import type { Logger } from '../../observability/logger.js';
import type { WorkersUsage } from '../../observability/metric-sources.js';
import type {
  FunctionCaller,
  InvocationCallback,
  InvokeOptions,
  StreamService,
} from '../../service/service-port.js';
import { drain } from '../protocol/drain.js';
import { Peer } from '../protocol/peer.js';
import { Shared } from '../protocol/shared.js';
import type { WorkersOptions } from '../protocol/workers-config.js';
import { Endpoint } from './endpoint.js';
import { Functions } from './functions.js';
import { FunctionsAvailable } from './functions-available.js';
import { Observers } from './observers/observers.js';
import { offerService } from './providers.js';
import { Registrations } from './registrations.js';
import { Router } from './router.js';
import { Triggers } from './triggers.js';
import { Worker } from './worker.js';
import { WorkersAvailable } from './workers-available.js';

/** What our greeting says that we offer beyond. */
const FEATURES = jsonOf([ENGINE_FEATURE.observe]);
/** Malformed messages after which a connection is closed with 1008. */
const MAX_MALFORMED = 100;

export interface EmbeddedWorkersOptions extends WorkersOptions {
  /** Address to bind. */
  readonly host: string;
  /** Port to bind; 0 = any free one. */
  readonly port: number;
  /** Milliseconds that a taken port is waited for. @default 5000 */
  readonly portWaitMs?: number;
  readonly logger: Logger;
}

/** Our own engine endpoint: workers connect to it, and it takes calls between them and the stream service. */
export class EmbeddedWorkers implements FunctionCaller, AsyncDisposable {
  readonly #options: EmbeddedWorkersOptions;
  readonly #shared: Shared;
  readonly #endpoint: Endpoint;
  readonly #available: FunctionsAvailable;
  readonly #presence: WorkersAvailable;
  readonly #functions: Functions;
  readonly #triggers = new Triggers();
  readonly #observers: Observers;
  readonly #workers = new Set<Worker>();
  readonly #router: Router;
  readonly #registrations: Registrations;
  #closed: Promise<void> | undefined;

  constructor(options: EmbeddedWorkersOptions) {
    this.#options = options;
    const { logger } = options;
    this.#shared = new Shared(options);
    this.#functions = new Functions((id) => {
      this.#available.changed();
      this.#observers.functionChanged(id);
    });
    this.#available = new FunctionsAvailable(
      () => this.#functions.list(),
      (functionId, payload) => this.notify(functionId, payload, undefined),
    );
    this.#triggers.offer(this.#available.info, this.#available);
    this.#presence = new WorkersAvailable((functionId, payload) =>
      this.notify(functionId, payload, undefined),
    );
    this.#triggers.offer(this.#presence.info, this.#presence);
    this.#observers = new Observers({
      has: (id) => this.#functions.has(id),
      call: (target, payload, call, done) =>
        this.#router.call(target, new Payload(payload), call, done, undefined),
      deadlines: this.#shared.deadlines,
      logger,
    });
    this.#router = new Router({
      functions: this.#functions,
      triggers: this.#triggers,
      observers: this.#observers,
      workers: this.#workers,
      presence: this.#presence,
    });
    const { maxRegistrations } = this.#shared.bounds;
    this.#registrations = new Registrations({
      functions: this.#functions,
      triggers: this.#triggers,
      observers: this.#observers,
      logger,
      max: maxRegistrations,
    });
    this.#endpoint = new Endpoint({
      ...options,
      heartbeat: this.#shared.heartbeat,
      onWorker: (ws, socket, address) => this.#connected(ws, socket, address),
    });
  }

  /** Offers the functions and trigger types of `service`. Call it once, before `listen`. */
  serve(service: StreamService): void {
    this.#router.service = service;
    this.#functions.offersOwn = true;
    offerService(this.#triggers, service, this.#options.logger);
  }

  /** @throws LocalError `port_taken`, `listen_failed` */
  listen(): Promise<Listening> {
    return this.#endpoint.listen();
  }

  notReady(): undefined {}

  usage(): WorkersUsage {
    return { connected: this.#workers.size, pending: this.#shared.budget.used };
  }

  get hasCustomStreams(): boolean {
    return this.#functions.hasCustomStreams;
  }

  has(functionId: string): boolean {
    return this.#functions.has(functionId);
  }

  invoke(functionId: string, payload: JsonText, options: InvokeOptions, done: InvocationCallback): void {
    this.#router.call(functionId, new Payload(payload), options, done, undefined);
  }

  notify(
    functionId: string,
    payload: JsonText,
    trace: TraceContext | undefined,
    metadata?: JsonText,
  ): boolean {
    const worker = this.#functions.workerOf(functionId);
    if (worker !== undefined) {
      worker.peer.notify(functionId, payload, trace, metadata);
      return true;
    }
    if (!this.#functions.has(functionId)) return false;
    this.#router.call(
      functionId,
      new Payload(payload),
      { trace },
      (failure) => this.#logFailure(functionId, failure),
      undefined,
    );
    return true;
  }

  isObserved(source: ObservableId): boolean {
    return this.#observers.isObserved(source);
  }

  observed(source: ObservableId, event: JsonText, trace: TraceContext | undefined): void {
    this.#observers.observed(source, event, trace);
  }

  /** Takes no new connections and calls, waits up to 2 s for those that run, then closes every connection with 1001. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#router.closing = true;
    this.#endpoint.refuse();
    await drain(() => this.#isBusy());
    for (const { peer } of this.#workers) peer.close(CLOSE_CODE.goingAway, 'going away');
    await this.#endpoint.close();
    this.#available.close();
    this.#observers.close();
    this.#shared.close();
  }

  #isBusy(): boolean {
    if (this.#shared.budget.used > 0) return true;
    for (const { peer } of this.#workers) if (peer.gate.calls > 0) return true;
    return false;
  }

  #connected(ws: WebSocket, socket: Socket, address: string): void {
    const { logger } = this.#options;
    const peer = new Peer<WorkerMessage>({
      ws,
      socket,
      write: (messages) => socket.write(encodeTextFrames(messages)),
      shared: this.#shared,
      logger,
      validate: validateWorkerMessage,
      onInvoke: (call, reply) => {
        worker.speaks = true;
        this.#router.route(worker, call, reply);
      },
      onMessage: (message) => {
        worker.speaks = true;
        this.#registrations.apply(worker, message);
      },
      onMalformed: (count, { code, message }) => {
        peer.send(encodeProtocolErrorMessage({ code, message }));
        if (count >= MAX_MALFORMED) peer.close(CLOSE_CODE.policyViolation, 'too many broken messages');
      },
      onClose: (code, reason) => {
        this.#workers.delete(worker);
        this.#registrations.removeOf(worker);
        this.#presence.tell(WORKER_EVENT.disconnected, worker);
        logger.info({ ...worker.described, code, reason: reason || undefined }, 'a worker disconnected');
      },
      facts: () => worker.described,
    });
    const worker = new Worker(peer, address);
    this.#workers.add(worker);
    this.#presence.tell(WORKER_EVENT.connected, worker);
    peer.send(
      encodeWorkerRegisteredMessage({
        worker_id: worker.id,
        reattach_token: undefined,
        features: this.#functions.offersOwn ? FEATURES : undefined,
      }),
    );
    logger.info({ worker: worker.id, address }, 'a worker connected');
  }

  #logFailure(functionId: string, failure: Parameters<InvocationCallback>[0]): void {
    if (failure === undefined) return;
    this.#options.logger.warn({ function: functionId, ...failure }, 'a call that nobody waits for failed');
  }
}
