import { ENGINE_TRIGGER_TYPE } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import { jsonOf } from '../../domain/json-text.js';
import type { TriggerRegistration } from '../../service/service-port.js';
import type { FunctionInfo } from './functions.js';
import type { TriggerProvider, TriggerTypeInfo } from './triggers.js';

/** What the payload's `event` says; there is one kind of event only. */
const EVENT = 'functions_changed';

/** Tells who asked for it that functions appeared or vanished: once per turn, however many did. */
export class FunctionsAvailable implements TriggerProvider {
  readonly info: TriggerTypeInfo = {
    id: ENGINE_TRIGGER_TYPE.functionsAvailable,
    description: 'Fires when functions appear or vanish, with the list of all functions',
  };
  readonly #triggers = new Map<string, TriggerRegistration>();
  readonly #list: () => readonly FunctionInfo[];
  readonly #notify: (functionId: string, payload: JsonText) => void;
  #scheduled: NodeJS.Immediate | undefined;

  constructor(list: () => readonly FunctionInfo[], notify: (functionId: string, payload: JsonText) => void) {
    this.#list = list;
    this.#notify = notify;
  }

  start(trigger: TriggerRegistration): void {
    this.#triggers.set(trigger.id, trigger);
  }

  end({ id }: TriggerRegistration): void {
    this.#triggers.delete(id);
  }

  changed(): void {
    if (this.#triggers.size > 0) this.#scheduled ??= setImmediate(() => this.#fire());
  }

  close(): void {
    clearImmediate(this.#scheduled);
    this.#triggers.clear();
  }

  #fire(): void {
    this.#scheduled = undefined;
    const payload = jsonOf({ event: EVENT, functions: this.#list() });
    for (const { functionId } of this.#triggers.values()) this.#notify(functionId, payload);
  }
}
