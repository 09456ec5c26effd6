import type { RegisterTriggerMessage, RegisterTriggerTypeMessage } from '../../../generated/worker.js';
import type { TriggerRegistration } from '../../service/service-port.js';
import type { Worker } from './worker.js';

/** Who fires the triggers of a type. `start` of an id that runs replaces it. */
export interface TriggerProvider {
  start(trigger: TriggerRegistration): void;
  end(trigger: TriggerRegistration): void;
}

/** A trigger type as lists show it. */
export interface TriggerTypeInfo {
  readonly id: string;
  readonly description: string;
  readonly trigger_request_format?: unknown;
  readonly call_request_format?: unknown;
}

interface TypeOwner {
  readonly worker: Worker;
  readonly info: TriggerTypeInfo;
  readonly provider: TriggerProvider;
}

interface Held {
  readonly owner: Worker;
  readonly trigger: TriggerRegistration;
}

/**
 * Triggers, and who fires them: the worker that registered the type last, else the built-in provider. A trigger whose
 * type nobody offers waits for it. Triggers and types go with the connection that registered them.
 */
export class Triggers {
  readonly #builtIn = new Map<string, { info: TriggerTypeInfo; provider: TriggerProvider }>();
  readonly #types = new Map<string, TypeOwner>();
  readonly #triggers = new Map<string, Held>();

  /** Offers a type of our own. */
  offer(info: TriggerTypeInfo, provider: TriggerProvider): void {
    this.#builtIn.set(info.id, { info, provider });
    if (!this.#types.has(info.id)) this.#startAll(info.id, provider);
  }

  /** A worker offers a type, and takes it from whoever had it. False when the connection held the type already. */
  registerType(worker: Worker, message: RegisterTriggerTypeMessage, provider: TriggerProvider): boolean {
    const { type: _, ...info } = message;
    const held = this.#types.get(info.id)?.worker === worker;
    const old = held ? undefined : this.#providerOf(info.id);
    for (const trigger of this.#ofType(info.id)) old?.end(trigger);
    this.#types.set(info.id, { worker, info, provider });
    this.#startAll(info.id, provider);
    return !held;
  }

  /** Replaces a trigger of the same id, whoever registered it. False when the connection held that id already. */
  register(owner: Worker, message: RegisterTriggerMessage): boolean {
    const { id, trigger_type: triggerType, function_id: functionId, config, metadata } = message;
    const trigger = { id, triggerType, functionId, config, ...(metadata === undefined ? {} : { metadata }) };
    const old = this.#triggers.get(id);
    if (old !== undefined && old.trigger.triggerType !== triggerType) this.#end(old.trigger);
    this.#triggers.set(id, { owner, trigger });
    this.#providerOf(triggerType)?.start(trigger);
    return old?.owner !== owner;
  }

  /** Only the connection that holds a trigger can end it; false when this one does not. */
  unregister(owner: Worker, id: string): boolean {
    const held = this.#triggers.get(id);
    if (held?.owner !== owner) return false;
    this.#triggers.delete(id);
    this.#end(held.trigger);
    return true;
  }

  /** A connection is closed: its triggers end, and its types fall back to our own providers. */
  removeOf(worker: Worker): void {
    for (const [id, type] of this.#types) {
      if (type.worker !== worker) continue;
      this.#types.delete(id);
      const fallback = this.#builtIn.get(id);
      if (fallback !== undefined) this.#startAll(id, fallback.provider);
    }
    for (const [id, { owner }] of this.#triggers) {
      if (owner === worker) this.unregister(worker, id);
    }
  }

  list(): TriggerRegistration[] {
    return [...this.#triggers.values()].map(({ trigger }) => trigger);
  }

  listTypes(): TriggerTypeInfo[] {
    const builtIn = [...this.#builtIn.values()]
      .map(({ info }) => info)
      .filter(({ id }) => !this.#types.has(id));
    return [...builtIn, ...[...this.#types.values()].map(({ info }) => info)];
  }

  #providerOf(type: string): TriggerProvider | undefined {
    return (this.#types.get(type) ?? this.#builtIn.get(type))?.provider;
  }

  #ofType(type: string): TriggerRegistration[] {
    return this.list().filter(({ triggerType }) => triggerType === type);
  }

  #startAll(type: string, provider: TriggerProvider): void {
    for (const trigger of this.#ofType(type)) provider.start(trigger);
  }

  #end(trigger: TriggerRegistration): void {
    this.#providerOf(trigger.triggerType)?.end(trigger);
  }
}
