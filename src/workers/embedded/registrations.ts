import { ENGINE_FUNCTION, WORKER_MESSAGE } from '../../../generated/constants.js';
import { encodeTriggerRegistrationResultMessage } from '../../../generated/messages/worker.js';
import type {
  RegisterFunctionMessage,
  RegisterTriggerMessage,
  TriggerRegistrationResultMessage,
  WorkerMessage,
} from '../../../generated/worker.js';
import type { Logger } from '../../observability/logger.js';
import type { HandledMessage } from '../protocol/handled.js';
import type { Functions } from './functions.js';
import type { Observers } from './observers/observers.js';
import { workerProvider } from './providers.js';
import type { Triggers } from './triggers.js';
import type { Worker } from './worker.js';

const RESERVED: ReadonlySet<string> = new Set(Object.values(ENGINE_FUNCTION));

export interface RegistrationsOptions {
  readonly functions: Functions;
  readonly triggers: Triggers;
  readonly observers: Observers;
  readonly logger: Logger;
  /** Registrations that one connection may hold. */
  readonly max: number;
}

/** Applies what workers register and take back. */
export class Registrations {
  readonly #functions: Functions;
  readonly #triggers: Triggers;
  readonly #observers: Observers;
  readonly #logger: Logger;
  readonly #max: number;

  constructor({ functions, triggers, observers, logger, max }: RegistrationsOptions) {
    this.#functions = functions;
    this.#triggers = triggers;
    this.#observers = observers;
    this.#logger = logger;
    this.#max = max;
  }

  apply(worker: Worker, message: Exclude<WorkerMessage, HandledMessage>): void {
    switch (message.type) {
      case WORKER_MESSAGE.registerFunction:
        if (RESERVED.has(message.id))
          this.#refused(worker, message, 'the engine offers this function itself');
        else if (this.#hasRoom(worker, message)) {
          this.#warnOf(worker, message);
          worker.registrations += Number(this.#functions.register(worker, message));
        }
        break;
      case WORKER_MESSAGE.unregisterFunction:
        worker.registrations -= Number(this.#functions.unregister(worker, message.id));
        break;
      case WORKER_MESSAGE.registerTriggerType:
        if (this.#hasRoom(worker, message)) {
          worker.registrations += Number(
            this.#triggers.registerType(worker, message, workerProvider(worker)),
          );
        }
        break;
      case WORKER_MESSAGE.registerTrigger:
        if (this.#hasRoom(worker, message)) {
          if (!this.#triggers.isOffered(message.trigger_type)) this.#nobodyOffers(worker, message);
          worker.registrations += Number(this.#triggers.register(worker, message));
        }
        break;
      case WORKER_MESSAGE.unregisterTrigger:
        worker.registrations -= Number(this.#triggers.unregister(worker, message.id));
        break;
      case WORKER_MESSAGE.triggerRegistrationResult: {
        if (message.error) this.#refusedByProvider(worker, message);
        break;
      }
      case WORKER_MESSAGE.unregisterTriggerType:
        worker.registrations -= Number(this.#triggers.unregisterType(worker, message.id));
        break;
      case WORKER_MESSAGE.observe:
        if (this.#hasRoom(worker, message)) {
          worker.registrations += Number(this.#observers.observe(worker, message));
        }
        break;
      case WORKER_MESSAGE.unobserve:
        this.#observers.unobserve(worker, message.id);
        break;
      // A service is a name for documentation only. The newest registration wins anyway: a reconnect needs no proof.
      case WORKER_MESSAGE.reattach:
      case WORKER_MESSAGE.registerService:
        this.#logger.debug({ worker: worker.id, type: message.type }, 'nothing to do for this message');
        break;
      default:
        message satisfies never;
    }
  }

  /** The connection is closed. */
  removeOf(worker: Worker): void {
    this.#functions.removeOf(worker);
    this.#triggers.removeOf(worker);
    this.#observers.removeOf(worker);
  }

  #hasRoom(worker: Worker, message: { readonly type: string; readonly id: string }): boolean {
    if (worker.registrations < this.#max) return true;
    this.#refused(worker, message, `the connection holds ${this.#max} registrations already`);
    return false;
  }

  #refused(worker: Worker, { type, id }: { readonly type: string; readonly id: string }, why: string): void {
    this.#logger.warn({ ...worker.described, type, id, why }, 'refused a registration');
  }

  #warnOf(worker: Worker, { id, invocation }: RegisterFunctionMessage): void {
    const facts = { ...worker.described, function: id };
    if (invocation != null)
      this.#logger.warn(
        facts,
        'a function is invoked over HTTP, and this server calls no URLs: its calls fail with unsupported',
      );
    else if (this.#functions.isOwn(id))
      this.#logger.warn(facts, 'a worker stands in for a built-in function');
  }

  #nobodyOffers(
    worker: Worker,
    { id, trigger_type: triggerType, function_id }: RegisterTriggerMessage,
  ): void {
    const offered = this.#triggers.listTypes().map(({ id: type }) => type);
    this.#logger.warn(
      { ...worker.described, trigger: id, triggerType, function: function_id, offered },
      `a trigger waits for its type ${triggerType}, which nobody offers: correct the name, or start the worker that offers it`,
    );
  }

  /** The worker that registered the trigger learns of it too. */
  #refusedByProvider(worker: Worker, message: TriggerRegistrationResultMessage): void {
    const { id, trigger_type: triggerType, function_id, error } = message;
    const facts = { ...worker.described, trigger: id, triggerType, function: function_id };
    this.#logger.warn({ ...facts, ...error }, 'a worker refused a trigger');
    if (this.#triggers.ownerOf(triggerType) !== worker) return;
    if (this.#triggers.get(id)?.triggerType !== triggerType) return;
    const { code = '', message: why = '', stacktrace } = error ?? {};
    const body = { code, message: why, stacktrace: stacktrace ?? undefined };
    this.#triggers
      .holderOf(id)
      ?.peer.send(
        encodeTriggerRegistrationResultMessage({ id, trigger_type: triggerType, function_id, error: body }),
      );
  }
}
