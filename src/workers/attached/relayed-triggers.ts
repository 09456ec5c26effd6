import { ENGINE_FUNCTION, INVOCATION_ERROR } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import { encodeTriggerRegistrationResultMessage } from '../../../generated/messages/worker.js';
import type { RegisterTriggerMessage } from '../../../generated/worker.js';
import { asJson } from '../../domain/json-text.js';
import type { Logger } from '../../observability/logger.js';
import type { InvocationFailure, StreamService } from '../../service/service-port.js';
import { errorBody } from '../protocol/encode.js';
import { type CallEngine, type Listed, listOf } from './custom-stream-functions.js';

/**
 * The triggers that the engine relayed to us. They outlive a connection: a join handler goes on guarding its stream
 * while the engine is away. After a reconnect the engine's list says which of them ended.
 */
export class RelayedTriggers {
  readonly #service: () => StreamService;
  readonly #call: CallEngine;
  readonly #logger: Logger;
  readonly #known = new Set<string>();
  /** Known from an earlier connection, and not relayed again on this one. */
  #stale = new Set<string>();

  constructor(service: () => StreamService, call: CallEngine, logger: Logger) {
    this.#service = service;
    this.#call = call;
    this.#logger = logger;
  }

  /** Starts what the engine relayed, which may be a trigger of before, and makes the reply. */
  relayed(message: RegisterTriggerMessage): JsonText {
    const { id, trigger_type, function_id } = message;
    const failure = this.register(message);
    const about = { trigger: id, trigger_type, function: function_id, ...failure };
    if (failure !== undefined) this.#logger.warn(about, 'refused a trigger');
    const error = failure && errorBody(failure);
    return encodeTriggerRegistrationResultMessage({ id, trigger_type, function_id, error });
  }

  /** The failure to report when the trigger's config is refused. */
  register(message: RegisterTriggerMessage): InvocationFailure | undefined {
    const { id, trigger_type: triggerType, function_id: functionId, config, metadata } = message;
    const failure = this.#service().registerTrigger({
      id,
      triggerType,
      functionId,
      config,
      ...(metadata === undefined ? {} : { metadata }),
    });
    this.#stale.delete(id);
    if (failure === undefined) this.#known.add(id);
    else this.unregister(id);
    return failure;
  }

  unregister(id: string): void {
    this.#known.delete(id);
    this.#stale.delete(id);
    this.#service().unregisterTrigger(id);
  }

  /** The connection is closed: what we know may be out of date. */
  disconnected(): void {
    this.#stale = new Set(this.#known);
  }

  /**
   * Ends what the engine has no more.
   *
   * @param isFinal true = the engine had its chance to relay again: without a list, everything that it did not ends
   */
  reconcile(isFinal: boolean): Promise<void> {
    if (this.#stale.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const take = (failure: InvocationFailure | undefined, listed: Listed | undefined): void => {
        if (failure?.code !== INVOCATION_ERROR.invocationStopped) {
          const live = new Set(listed?.map(({ id }) => id));
          if (listed !== undefined || isFinal) this.#endStale(live);
        }
        resolve();
      };
      const all = asJson('{"include_internal":true}');
      this.#call(ENGINE_FUNCTION.listRegisteredTriggers, all, (failure, result) => {
        if (failure?.code !== INVOCATION_ERROR.functionNotFound)
          take(failure, failure === undefined ? listOf(result, 'registered_triggers') : undefined);
        // Engines before 0.23 have the older list only; since then that one lists types.
        else
          this.#call(ENGINE_FUNCTION.listTriggers, all, (older, triggers) =>
            take(older, older === undefined ? listOf(triggers, 'triggers') : undefined),
          );
      });
    });
  }

  #endStale(live: ReadonlySet<unknown>): void {
    for (const id of this.#stale) if (!live.has(id)) this.unregister(id);
  }
}
