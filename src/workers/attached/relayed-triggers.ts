import { ENGINE_FUNCTION, INVOCATION_ERROR } from '../../../generated/constants.js';
import type { RegisterTriggerMessage } from '../../../generated/worker.js';
import { asJson } from '../../domain/json-text.js';
import type { InvocationFailure, StreamService } from '../../service/service-port.js';
import { type CallEngine, listOf } from './custom-stream-functions.js';

/**
 * The triggers that the engine relayed to us. They outlive a connection: a join handler goes on guarding its stream
 * while the engine is away. After a reconnect the engine's list says which of them ended.
 */
export class RelayedTriggers {
  readonly #service: () => StreamService;
  readonly #call: CallEngine;
  readonly #known = new Set<string>();
  /** Known from an earlier connection, and not relayed again on this one. */
  #stale = new Set<string>();

  constructor(service: () => StreamService, call: CallEngine) {
    this.#service = service;
    this.#call = call;
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
      this.#call(ENGINE_FUNCTION.listTriggers, asJson('{"include_internal":true}'), (failure, result) => {
        if (failure?.code !== INVOCATION_ERROR.invocationStopped) {
          const listed = failure === undefined ? listOf(result, 'triggers') : undefined;
          const live = new Set(listed?.map(({ id }) => id));
          if (listed !== undefined || isFinal) this.#endStale(live);
        }
        resolve();
      });
    });
  }

  #endStale(live: ReadonlySet<unknown>): void {
    for (const id of this.#stale) if (!live.has(id)) this.unregister(id);
  }
}
