import { TRIGGER_TYPE } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import { sliceField } from '../../domain/json-text.js';
import type { FunctionCaller } from '../service-port.js';
import { type Presence, presencePayload } from './payload.js';
import type { Trigger, TriggerRegistry } from './registry.js';
import type { TriggerObserver } from './trigger-observer.js';

/** Asks `stream:join` handlers for permission and tells `stream:leave` handlers. */
export class PresenceTriggers {
  readonly #registry: TriggerRegistry;
  readonly #functions: FunctionCaller;
  readonly #observer: TriggerObserver;

  constructor(registry: TriggerRegistry, functions: FunctionCaller, observer: TriggerObserver) {
    this.#registry = registry;
    this.#functions = functions;
    this.#observer = observer;
  }

  /**
   * Decides a join, once: every matching handler must let the client in. One that returns `unauthorized: true`, fails
   * or times out refuses, and so does a condition that fails (fail closed, D14).
   */
  join(presence: Presence, decided: (allowed: boolean) => void): void {
    const triggers = this.#registry.watching(TRIGGER_TYPE.join, presence.stream);
    if (triggers.length === 0) {
      decided(true);
      return;
    }
    const payload = presencePayload(presence, Date.now());
    let open = triggers.length;
    const verdict = (allowed: boolean) => {
      if (open <= 0) return;
      open = allowed ? open - 1 : 0;
      if (open === 0) decided(allowed);
    };
    for (const trigger of triggers) this.#ask(trigger, payload, verdict);
  }

  /** True when somebody is asked about joins of this stream. */
  guards(stream: string): boolean {
    return this.#registry.watching(TRIGGER_TYPE.join, stream).length > 0;
  }

  leave(presence: Presence): void {
    const triggers = this.#registry.watching(TRIGGER_TYPE.leave, presence.stream);
    if (triggers.length === 0) return;
    const payload = presencePayload(presence, Date.now());
    for (const trigger of triggers) {
      this.#whenMet(trigger, payload, (met) => {
        if (met !== true) return;
        this.#observer.fired(trigger);
        this.#call(trigger, trigger.functionId, payload, () => {});
      });
    }
  }

  #ask(trigger: Trigger, payload: JsonText, verdict: (allowed: boolean) => void): void {
    this.#whenMet(trigger, payload, (met) => {
      if (met !== true) {
        verdict(met === false);
        return;
      }
      this.#observer.fired(trigger);
      this.#call(trigger, trigger.functionId, payload, (ok, result) => {
        const refused = result?.charCodeAt(0) === 0x7b && sliceField(result, 'unauthorized') === 'true';
        verdict(ok && !refused);
      });
    });
  }

  /** `met` is undefined when the condition failed. */
  #whenMet(trigger: Trigger, payload: JsonText, then: (met: boolean | undefined) => void): void {
    if (trigger.condition === undefined) then(true);
    else
      this.#call(trigger, trigger.condition, payload, (ok, result) =>
        then(ok ? result !== 'false' : undefined),
      );
  }

  #call(
    trigger: Trigger,
    functionId: string,
    payload: JsonText,
    then: (ok: boolean, result: JsonText | undefined) => void,
  ): void {
    this.#functions.invoke(functionId, payload, {}, (failure, result) => {
      if (failure !== undefined) this.#observer.failed(trigger, failure);
      then(failure === undefined, result);
    });
  }
}
