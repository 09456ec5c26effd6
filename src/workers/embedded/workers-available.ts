import { ENGINE_TRIGGER_TYPE, type WORKER_EVENT } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import { jsonOf } from '../../domain/json-text.js';
import type { TriggerRegistration } from '../../service/service-port.js';
import type { TriggerProvider, TriggerTypeInfo } from './triggers.js';
import type { Worker } from './worker.js';

/** Tells who asked for it, at once, that a worker connected, told its facts or left. */
export class WorkersAvailable implements TriggerProvider {
  readonly info: TriggerTypeInfo = {
    id: ENGINE_TRIGGER_TYPE.workersAvailable,
    description: 'Fires when a worker connects, tells its facts or leaves',
  };
  readonly #triggers = new Map<string, TriggerRegistration>();
  readonly #notify: (functionId: string, payload: JsonText) => void;

  constructor(notify: (functionId: string, payload: JsonText) => void) {
    this.#notify = notify;
  }

  start(trigger: TriggerRegistration): void {
    this.#triggers.set(trigger.id, trigger);
  }

  end({ id }: TriggerRegistration): void {
    this.#triggers.delete(id);
  }

  tell(event: (typeof WORKER_EVENT)[keyof typeof WORKER_EVENT], { id }: Worker): void {
    if (this.#triggers.size === 0) return;
    const payload = jsonOf({ event, worker_id: id });
    for (const { functionId } of this.#triggers.values()) this.#notify(functionId, payload);
  }
}
