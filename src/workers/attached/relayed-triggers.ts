import {
  ENGINE_FUNCTION,
  INVOCATION_ERROR,
  TRIGGER_TYPE,
  WORKER_MESSAGE,
} from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import { encodeTriggerRegistrationResultMessage } from '../../../generated/messages/worker.js';
import type { RegisterTriggerMessage } from '../../../generated/worker.js';
import { asJson } from '../../domain/json-text.js';
import type { Logger } from '../../observability/logger.js';
import type { InvocationFailure, StreamService } from '../../service/service-port.js';
import { canonicalText } from '../embedded/canonical-text.js';
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
  /** By id, what tells whether it is another one now. */
  readonly #known = new Map<string, string>();
  /** What was told since the engine was asked last for all of them. */
  #told = new Set<string>();
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
    this.#told.add(id);
    if (failure === undefined) this.#known.set(id, identityOf(message));
    else this.unregister(id);
    return failure;
  }

  unregister(id: string): void {
    this.#told.add(id);
    this.#known.delete(id);
    this.#stale.delete(id);
    this.#service().unregisterTrigger(id);
  }

  /** The connection is closed: what we know may be out of date. */
  disconnected(): void {
    this.#stale = new Set(this.#known.keys());
  }

  /**
   * Ends what the engine has no more.
   *
   * @param isFinal true = the engine had its chance to relay again: without a list, everything that it did not ends
   */
  reconcile(isFinal: boolean): Promise<void> {
    if (this.#stale.size === 0) return Promise.resolve();
    return this.#list().then(({ failure, listed }) => {
      if (failure?.code === INVOCATION_ERROR.invocationStopped) return;
      const live = new Set(listed?.map(({ id }) => id));
      if (listed !== undefined || isFinal) this.#endStale(live);
    });
  }

  /**
   * Takes what the engine lists. Of several instances of us it relays each trigger to one only, but each of them has
   * sockets that the trigger may guard.
   */
  async learn(): Promise<void> {
    const told = new Set<string>();
    this.#told = told;
    const { listed } = await this.#list();
    // Another question came meanwhile.
    if (listed === undefined || this.#told !== told) return;
    const ours = new Map(listed.filter(isOurs).map((trigger) => [trigger.id, trigger]));
    for (const id of this.#known.keys()) if (!ours.has(id) && !told.has(id)) this.unregister(id);
    for (const [id, trigger] of ours) {
      if (told.has(id) || this.#known.get(id) === identityOf(trigger)) continue;
      this.register({ ...trigger, type: WORKER_MESSAGE.registerTrigger });
    }
  }

  #list(): Promise<{ failure?: InvocationFailure | undefined; listed?: Listed | undefined }> {
    return new Promise((resolve) => {
      const all = asJson('{"include_internal":true}');
      this.#call(ENGINE_FUNCTION.listRegisteredTriggers, all, (failure, result) => {
        if (failure?.code !== INVOCATION_ERROR.functionNotFound)
          resolve(failure === undefined ? { listed: listOf(result, 'registered_triggers') } : { failure });
        // Engines before 0.23 have the older list only; since then that one lists types.
        else
          this.#call(ENGINE_FUNCTION.listTriggers, all, (older, triggers) =>
            resolve(older === undefined ? { listed: listOf(triggers, 'triggers') } : { failure: older }),
          );
      });
    });
  }

  #endStale(live: ReadonlySet<unknown>): void {
    for (const id of this.#stale) if (!live.has(id)) this.unregister(id);
  }
}

type ListedTrigger = Pick<
  RegisterTriggerMessage,
  'id' | 'trigger_type' | 'function_id' | 'config' | 'metadata'
>;

const TYPES: ReadonlySet<unknown> = new Set(Object.values(TRIGGER_TYPE));

const isOurs = (trigger: object): trigger is ListedTrigger => {
  const { id, trigger_type, function_id } = trigger as Partial<ListedTrigger>;
  return TYPES.has(trigger_type) && typeof id === 'string' && typeof function_id === 'string';
};

const identityOf = ({ trigger_type, function_id, config }: ListedTrigger): string =>
  canonicalText([trigger_type, function_id, config]);
