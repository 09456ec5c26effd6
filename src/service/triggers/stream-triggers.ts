import { INVOCATION_ERROR, OBSERVABLE, STREAM_EVENT, TRIGGER_TYPE } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import type { Change, CustomEvent, GroupAddress, TraceContext } from '../../domain/change.js';
import type { FunctionCaller } from '../service-port.js';
import { OrderedConditions } from './ordered-conditions.js';
import { changePayload, eventPayload } from './payload.js';
import type { PayloadForm, Trigger, TriggerRegistry } from './registry.js';
import type { TriggerObserver } from './trigger-observer.js';

/** Fires `stream` triggers for the changes that this node commits and the events that it is asked to send. */
export class StreamTriggers {
  readonly #registry: TriggerRegistry;
  readonly #functions: FunctionCaller;
  readonly #observer: TriggerObserver;
  /** trigger → group → changes that wait for its condition. */
  readonly #queues = new Map<Trigger, Map<string, OrderedConditions>>();

  constructor(registry: TriggerRegistry, functions: FunctionCaller, observer: TriggerObserver) {
    this.#registry = registry;
    this.#functions = functions;
    this.#observer = observer;
  }

  /** Called per group in commit order; invocations leave in that order. */
  changed(change: Change): void {
    this.#fire(change, change.item, change.trace, (form) => changePayload(change, form));
  }

  sent(event: CustomEvent): void {
    this.#fire(event, event.item, event.trace, () => eventPayload(event, STREAM_EVENT.event));
  }

  #fire(
    at: GroupAddress,
    item: string | undefined,
    trace: TraceContext | undefined,
    render: (form: PayloadForm) => JsonText,
  ): void {
    const payloads: Partial<Record<PayloadForm, JsonText>> = {};
    for (const trigger of this.#registry.watching(TRIGGER_TYPE.stream, at.stream)) {
      if (trigger.group !== undefined && trigger.group !== at.group) continue;
      if (trigger.item !== undefined && trigger.item !== item) continue;
      const { payload: form } = trigger;
      payloads[form] ??= render(form);
      const payload = payloads[form];
      if (trigger.condition === undefined) this.#run(trigger, payload, trace);
      else this.#decide(trigger, trigger.condition, at.group, payload, trace);
    }
    if (this.#functions.isObserved(OBSERVABLE.changed))
      this.#functions.observed(OBSERVABLE.changed, payloads.full ?? render('full'), trace);
  }

  #decide(
    trigger: Trigger,
    condition: string,
    group: string,
    payload: JsonText,
    trace: TraceContext | undefined,
  ): void {
    let groups = this.#queues.get(trigger);
    if (groups === undefined) {
      groups = new Map();
      this.#queues.set(trigger, groups);
    }
    let queue = groups.get(group);
    if (queue === undefined) {
      queue = new OrderedConditions(
        (asked, origin, decided) => this.#ask(trigger, condition, asked, origin, decided),
        (chosen, origin) => this.#run(trigger, chosen, origin),
        () =>
          this.#observer.failed(trigger, {
            code: INVOCATION_ERROR.overloaded,
            message: `too many changes wait for ${condition}`,
          }),
      );
      groups.set(group, queue);
    }
    const own = queue;
    queue.push(payload, trace, () => {
      if (own.idle) this.#forget(trigger, group, own);
    });
  }

  /** `false` skips; anything else, or no result, runs; an error skips and is reported (D16). */
  #ask(
    trigger: Trigger,
    condition: string,
    payload: JsonText,
    trace: TraceContext | undefined,
    decided: (run: boolean) => void,
  ): void {
    this.#functions.invoke(condition, payload, { trace }, (failure, result) => {
      if (failure !== undefined) this.#observer.failed(trigger, failure);
      decided(failure === undefined && result !== 'false');
    });
  }

  #run(trigger: Trigger, payload: JsonText, trace: TraceContext | undefined): void {
    this.#observer.fired(trigger);
    if (this.#functions.notify(trigger.functionId, payload, trace, trigger.metadata)) return;
    this.#observer.failed(trigger, {
      code: INVOCATION_ERROR.functionNotFound,
      message: `Function ${trigger.functionId} not found`,
    });
  }

  #forget(trigger: Trigger, group: string, queue: OrderedConditions): void {
    const groups = this.#queues.get(trigger);
    if (groups?.get(group) !== queue) return;
    groups.delete(group);
    if (groups.size === 0) this.#queues.delete(trigger);
  }
}
