import { OBSERVABLE, TRIGGER_TYPE } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import { sliceField } from '../../domain/json-text.js';
import type { FunctionCaller, InvocationFailure } from '../service-port.js';
import { type Presence, presencePayload } from './payload.js';
import { PresenceQueues } from './presence-queues.js';
import type { Trigger, TriggerRegistry } from './registry.js';
import type { TriggerObserver } from './trigger-observer.js';

/** What a handler lets a client have as its item: what it asked for, or this value. */
export type Grant = true | JsonText;

/** What handlers decided about a join; `grant` is undefined when they let it have no item. */
export type JoinDecided = (allowed: boolean, grant?: Grant) => void;

/** Asks `stream:join` handlers for permission and tells `stream:leave` handlers. */
export class PresenceTriggers {
  readonly #registry: TriggerRegistry;
  readonly #functions: FunctionCaller;
  readonly #observer: TriggerObserver;
  readonly #queues: PresenceQueues;

  /** @param maxRunning leaves whose handlers may run at one time */
  constructor(
    registry: TriggerRegistry,
    functions: FunctionCaller,
    observer: TriggerObserver,
    maxRunning: () => number,
  ) {
    this.#registry = registry;
    this.#functions = functions;
    this.#observer = observer;
    this.#queues = new PresenceQueues(maxRunning);
  }

  /**
   * Decides a join, once: every matching handler must let the client in. One that returns `unauthorized: true`, fails
   * or times out refuses, and so does a condition that fails (fail closed, D14). Its handlers learn of it after the
   * leaves of its stream that were before it.
   *
   * @returns takes the join back: true when no handler learns of it and it will not be decided
   */
  join(presence: Presence, decided: JoinDecided): () => boolean {
    const told: JoinDecided = (allowed, grant) => {
      if (allowed) this.#observed(presence);
      decided(allowed, grant);
    };
    const send = (): void => this.#askAll(presence, told);
    return this.#queues.join(presence.stream, this.guards(presence.stream), { type: 'join', send });
  }

  /** True when somebody is asked about joins of this stream. */
  guards(stream: string): boolean {
    return this.#registry.watching(TRIGGER_TYPE.join, stream).length > 0;
  }

  /** True when somebody is told of leaves of this stream. */
  isLeaveTold(stream: string): boolean {
    return this.#registry.watching(TRIGGER_TYPE.leave, stream).length > 0;
  }

  /**
   * Tells the handlers of a leave, each once: those whose call cannot be sent now, because too many are unanswered or
   * the engine is away, when it can be.
   */
  leave(presence: Presence): void {
    this.#observed(presence);
    const { stream } = presence;
    if (!this.isLeaveTold(stream)) return;
    const payload = presencePayload(presence, Date.now());
    let untold: readonly Trigger[] | undefined;
    const send = (done: (sent: boolean) => void): void => {
      // A worker that came back meanwhile has registered its handlers anew.
      const triggers = untold ?? this.#registry.watching(TRIGGER_TYPE.leave, stream);
      this.#tellAll(triggers, payload, (notSent) => {
        untold = notSent;
        done(notSent.length === 0);
      });
    };
    this.#queues.leave(stream, { type: 'leave', send });
  }

  /** Tells no more of what waits. Returns how many leaves handlers were owed. */
  close(): number {
    return this.#queues.close();
  }

  /** Tells observers of a client that was let in, or of one that left. They are asked nothing. */
  #observed(presence: Presence): void {
    const source = presence.type === TRIGGER_TYPE.join ? OBSERVABLE.joined : OBSERVABLE.left;
    if (!this.#functions.isObserved(source)) return;
    this.#functions.observed(source, presencePayload(presence, Date.now()), undefined);
  }

  #askAll(presence: Presence, decided: JoinDecided): void {
    const triggers = this.#registry.watching(TRIGGER_TYPE.join, presence.stream);
    if (triggers.length === 0) {
      decided(true);
      return;
    }
    const payload = presencePayload(presence, Date.now());
    let open = triggers.length;
    let granted: Grant | false | undefined;
    const verdict = (allowed: boolean, grant?: Grant | false) => {
      if (open <= 0) return;
      if (granted !== false && grant !== undefined) granted = grant;
      open = allowed ? open - 1 : 0;
      if (open === 0) decided(allowed, granted === false ? undefined : granted);
    };
    for (const trigger of triggers) this.#ask(trigger, payload, verdict);
  }

  #tellAll(
    triggers: readonly Trigger[],
    payload: JsonText,
    done: (notSent: readonly Trigger[]) => void,
  ): void {
    const notSent: Trigger[] = [];
    let open = triggers.length;
    if (open === 0) done(notSent);
    for (const trigger of triggers) {
      const told = (failure: InvocationFailure | undefined): void => {
        if (failure?.notSent === true) notSent.push(trigger);
        else if (failure !== undefined) this.#observer.failed(trigger, failure);
        open -= 1;
        if (open === 0) done(notSent);
      };
      this.#tell(trigger, payload, told);
    }
  }

  #tell(trigger: Trigger, payload: JsonText, told: (failure: InvocationFailure | undefined) => void): void {
    const call = (): void => {
      this.#functions.invoke(trigger.functionId, payload, { metadata: trigger.metadata }, (failure) => {
        if (failure?.notSent !== true) this.#observer.fired(trigger);
        told(failure);
      });
    };
    if (trigger.condition === undefined) call();
    else {
      this.#functions.invoke(trigger.condition, payload, {}, (failure, result) => {
        if (failure !== undefined || result === 'false') told(failure);
        else call();
      });
    }
  }

  #ask(
    trigger: Trigger,
    payload: JsonText,
    verdict: (allowed: boolean, grant?: Grant | false) => void,
  ): void {
    this.#whenMet(trigger, payload, (met) => {
      if (met !== true) {
        verdict(met === false);
        return;
      }
      this.#observer.fired(trigger);
      this.#call(trigger, trigger.functionId, payload, trigger.metadata, (ok, result) => {
        const refused = result?.charCodeAt(0) === 0x7b && sliceField(result, 'unauthorized') === 'true';
        verdict(ok && !refused, grantOf(result));
      });
    });
  }

  /** `met` is undefined when the condition failed. */
  #whenMet(trigger: Trigger, payload: JsonText, then: (met: boolean | undefined) => void): void {
    if (trigger.condition === undefined) then(true);
    else
      this.#call(trigger, trigger.condition, payload, undefined, (ok, result) =>
        then(ok ? result !== 'false' : undefined),
      );
  }

  #call(
    trigger: Trigger,
    functionId: string,
    payload: JsonText,
    metadata: JsonText | undefined,
    then: (ok: boolean, result: JsonText | undefined) => void,
  ): void {
    this.#functions.invoke(functionId, payload, { metadata }, (failure, result) => {
      if (failure !== undefined) this.#observer.failed(trigger, failure);
      then(failure === undefined, result);
    });
  }
}

/** False where a handler says no, undefined where it says nothing. */
function grantOf(result: JsonText | undefined): Grant | false | undefined {
  const presence = result?.charCodeAt(0) === 0x7b ? sliceField(result, 'presence') : undefined;
  if (presence === undefined || presence === 'null') return undefined;
  if (presence === 'true') return true;
  return presence.charCodeAt(0) === 0x7b ? (sliceField(presence, 'data') ?? false) : false;
}
