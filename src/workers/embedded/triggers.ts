import type { RegisterTriggerMessage, RegisterTriggerTypeMessage } from '../../../generated/worker.js';
import type { TriggerRegistration } from '../../service/service-port.js';
import { canonicalText } from './canonical-text.js';
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
  /** What equal triggers of different connections have in common. */
  readonly key: string;
  runs: boolean;
}

/**
 * Triggers, and who fires them: of the workers that offer a type the newest one that lives, else the built-in provider.
 * A trigger whose type nobody offers waits for it. Triggers and types go with the connection that registered them.
 * Replicas of a worker register equal triggers: those of the oldest connection run, the others wait until it goes, so
 * that a change is handled once (D29).
 */
export class Triggers {
  readonly #builtIn = new Map<string, { info: TriggerTypeInfo; provider: TriggerProvider }>();
  /** Oldest first: the last one fires. */
  readonly #types = new Map<string, readonly TypeOwner[]>();
  readonly #triggers = new Map<string, Held>();
  /** In the order of registration. */
  readonly #equal = new Map<string, readonly Held[]>();

  /** Offers a type of our own. */
  offer(info: TriggerTypeInfo, provider: TriggerProvider): void {
    this.#builtIn.set(info.id, { info, provider });
    if (!this.#types.has(info.id)) this.#startAll(info.id);
  }

  /** True when somebody fires triggers of this type. */
  isOffered(type: string): boolean {
    return this.#providerOf(type) !== undefined;
  }

  /** The worker that fires triggers of this type; undefined = we do, or nobody. */
  ownerOf(type: string): Worker | undefined {
    return this.#types.get(type)?.at(-1)?.worker;
  }

  /** A worker offers a type, and takes it from whoever had it. False when the connection held the type already. */
  registerType(worker: Worker, message: RegisterTriggerTypeMessage, provider: TriggerProvider): boolean {
    const { type: _, ...info } = message;
    const owners = this.#types.get(info.id) ?? [];
    const others = owners.filter((one) => one.worker !== worker);
    if (this.ownerOf(info.id) !== worker) this.#endAll(info.id);
    this.#types.set(info.id, [...others, { worker, info, provider }]);
    this.#startAll(info.id);
    return others.length === owners.length;
  }

  /** The worker offers a type no more; false when it did not. */
  unregisterType(worker: Worker, id: string): boolean {
    const owners = this.#types.get(id) ?? [];
    const others = owners.filter((one) => one.worker !== worker);
    if (others.length === owners.length) return false;
    const fired = this.ownerOf(id) === worker;
    if (fired) this.#endAll(id);
    if (others.length === 0) this.#types.delete(id);
    else this.#types.set(id, others);
    if (fired) this.#startAll(id);
    return true;
  }

  /** Replaces a trigger of the same id, whoever registered it. False when the connection held that id already. */
  register(owner: Worker, message: RegisterTriggerMessage): boolean {
    const { id, trigger_type: triggerType, function_id: functionId, config, metadata } = message;
    const trigger = { id, triggerType, functionId, config, ...(metadata == null ? {} : { metadata }) };
    const key = canonicalText([triggerType, functionId, config ?? null, metadata ?? null]);
    const old = this.#triggers.get(id);
    const held: Held = { owner, trigger, key, runs: false };
    this.#triggers.set(id, held);
    // In the place of its predecessor, when it only says the same again.
    const isSame = old?.owner === owner && old.key === key;
    const equal = this.#equal.get(key) ?? [];
    this.#equal.set(key, isSame ? equal.map((one) => (one === old ? held : one)) : [...equal, held]);
    if (old !== undefined && !isSame) this.#forget(old);
    if (!held.runs && this.#equal.get(key)?.[0]?.owner === owner) this.#run(held);
    if (old?.runs && !(held.runs && old.trigger.triggerType === triggerType)) this.#end(old.trigger);
    return old?.owner !== owner;
  }

  /** Only the connection that holds a trigger can end it; false when this one does not. */
  unregister(owner: Worker, id: string): boolean {
    const held = this.#triggers.get(id);
    if (held?.owner !== owner) return false;
    this.#triggers.delete(id);
    if (held.runs) this.#end(held.trigger);
    this.#forget(held);
    return true;
  }

  /** A connection is closed: its triggers end, and its types fall back to older connections, or to us. */
  removeOf(worker: Worker): void {
    for (const [id, { owner }] of this.#triggers) if (owner === worker) this.unregister(worker, id);
    for (const id of this.#types.keys()) this.unregisterType(worker, id);
  }

  get(id: string): TriggerRegistration | undefined {
    return this.#triggers.get(id)?.trigger;
  }

  /** The connection that registered a trigger. */
  holderOf(id: string): Worker | undefined {
    return this.#triggers.get(id)?.owner;
  }

  list(): TriggerRegistration[] {
    return [...this.#triggers.values()].map(({ trigger }) => trigger);
  }

  listTypes(): TriggerTypeInfo[] {
    const builtIn = [...this.#builtIn.values()]
      .map(({ info }) => info)
      .filter(({ id }) => !this.#types.has(id));
    return [...builtIn, ...[...this.#types.values()].map((owners) => owners.at(-1)!.info)];
  }

  #providerOf(type: string): TriggerProvider | undefined {
    return (this.#types.get(type)?.at(-1) ?? this.#builtIn.get(type))?.provider;
  }

  #runningOf(type: string): Held[] {
    return [...this.#triggers.values()].filter(({ trigger, runs }) => runs && trigger.triggerType === type);
  }

  #startAll(type: string): void {
    const provider = this.#providerOf(type);
    if (provider === undefined) return;
    for (const { trigger } of this.#runningOf(type)) provider.start(trigger);
  }

  #endAll(type: string): void {
    const provider = this.#providerOf(type);
    if (provider === undefined) return;
    for (const { trigger } of this.#runningOf(type)) provider.end(trigger);
  }

  #end(trigger: TriggerRegistration): void {
    this.#providerOf(trigger.triggerType)?.end(trigger);
  }

  /** A trigger is gone: what waited behind it may run. */
  #forget(gone: Held): void {
    const rest = (this.#equal.get(gone.key) ?? []).filter((one) => one !== gone);
    const first = rest[0];
    if (first === undefined) {
      this.#equal.delete(gone.key);
      return;
    }
    this.#equal.set(gone.key, rest);
    for (const held of rest) {
      if (!held.runs && held.owner === first.owner) this.#run(held);
    }
  }

  #run(held: Held): void {
    held.runs = true;
    this.#providerOf(held.trigger.triggerType)?.start(held.trigger);
  }
}
