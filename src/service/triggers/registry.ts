import { INVOCATION_ERROR, TRIGGER_TYPE } from '../../../generated/constants.js';
import {
  validateJoinTriggerConfig,
  validateLeaveTriggerConfig,
  validateStreamTriggerConfig,
} from '../../../generated/validators.js';
import { explain, type Validator } from '../../wire/validation.js';
import type { InvocationFailure, TriggerRegistration } from '../service-port.js';

/** A registered trigger with its filters; an absent or empty filter lets everything through. */
export interface Trigger {
  readonly id: string;
  readonly type: string;
  readonly functionId: string;
  readonly stream: string | undefined;
  readonly group: string | undefined;
  readonly item: string | undefined;
  readonly condition: string | undefined;
}

interface TriggerConfig {
  readonly stream_name?: string | null;
  readonly group_id?: string | null;
  readonly item_id?: string | null;
  readonly condition_function_id?: string | null;
}

const validators = new Map<string, Validator<never>>([
  [TRIGGER_TYPE.stream, validateStreamTriggerConfig as Validator<never>],
  [TRIGGER_TYPE.join, validateJoinTriggerConfig as Validator<never>],
  [TRIGGER_TYPE.leave, validateLeaveTriggerConfig as Validator<never>],
]);

const none: readonly Trigger[] = [];
const filter = (text: string | null | undefined): string | undefined => text || undefined;

/** The triggers of our three types, found by type and stream: a change that nobody watches costs one lookup. */
export class TriggerRegistry {
  readonly #byId = new Map<string, Trigger>();
  /** type → stream → triggers; triggers without a stream filter are under `''`. */
  readonly #byType = new Map<string, Map<string, readonly Trigger[]>>();

  register({ id, triggerType, functionId, config }: TriggerRegistration): InvocationFailure | undefined {
    const validate = validators.get(triggerType);
    if (validate === undefined) return refused(`${triggerType}: is not a trigger type of this worker`);
    const candidate: unknown = config ?? {};
    if (!validate(candidate)) return refused(explain(validate, 'config'));
    const { stream_name, group_id, item_id, condition_function_id } = candidate as TriggerConfig;
    const stream = filter(stream_name);
    if (triggerType === TRIGGER_TYPE.stream && stream === undefined)
      return refused('stream_name: must not be empty');
    this.unregister(id);
    const trigger: Trigger = {
      id,
      type: triggerType,
      functionId,
      stream,
      group: filter(group_id),
      item: filter(item_id),
      condition: filter(condition_function_id),
    };
    this.#byId.set(id, trigger);
    this.#change(trigger, (list) => [...list, trigger]);
    return undefined;
  }

  /** Returns the trigger that ended, if there was one. */
  unregister(id: string): Trigger | undefined {
    const trigger = this.#byId.get(id);
    if (trigger === undefined) return undefined;
    this.#byId.delete(id);
    this.#change(trigger, (list) => list.filter((one) => one !== trigger));
    return trigger;
  }

  /** The triggers of a type that watch this stream, in registration order. */
  watching(type: string, stream: string): readonly Trigger[] {
    const byStream = this.#byType.get(type);
    if (byStream === undefined) return none;
    const own = byStream.get(stream) ?? none;
    const any = byStream.get('') ?? none;
    return any.length === 0 ? own : own.length === 0 ? any : [...any, ...own];
  }

  get size(): number {
    return this.#byId.size;
  }

  #change(trigger: Trigger, to: (list: readonly Trigger[]) => readonly Trigger[]): void {
    let byStream = this.#byType.get(trigger.type);
    if (byStream === undefined) {
      byStream = new Map();
      this.#byType.set(trigger.type, byStream);
    }
    const key = trigger.stream ?? '';
    const list = to(byStream.get(key) ?? none);
    if (list.length === 0) byStream.delete(key);
    else byStream.set(key, list);
  }
}

const refused = (message: string): InvocationFailure => ({
  code: INVOCATION_ERROR.triggerRegistrationFailed,
  message,
});
