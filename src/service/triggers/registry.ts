import { INVOCATION_ERROR, TRIGGER_TYPE, type TriggerTypeId } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import type {
  JoinTriggerConfig,
  LeaveTriggerConfig,
  StreamTriggerConfig,
} from '../../../generated/triggers.js';
import {
  validateJoinTriggerConfig,
  validateLeaveTriggerConfig,
  validateStreamTriggerConfig,
} from '../../../generated/validators.js';
import { jsonOf } from '../../domain/json-text.js';
import type { Decided } from '../../wire/decided.js';
import { type Check, explain } from '../../wire/validation.js';
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
  /** The second argument of its function. */
  readonly metadata: JsonText | undefined;
  /** What its handler is told of a change. */
  readonly payload: PayloadForm;
}

export type PayloadForm = NonNullable<StreamTriggerConfig['payload']>;

type PresenceField = 'stream_name' | 'condition_function_id';
/** What a config of any of our types may say. */
type TriggerConfig = Partial<
  Decided<StreamTriggerConfig, PresenceField | 'group_id' | 'item_id' | 'payload'> &
    Decided<JoinTriggerConfig, PresenceField> &
    Decided<LeaveTriggerConfig, PresenceField>
>;

const CHECKS: Readonly<Record<TriggerTypeId, Check>> = {
  [TRIGGER_TYPE.stream]: validateStreamTriggerConfig,
  [TRIGGER_TYPE.join]: validateJoinTriggerConfig,
  [TRIGGER_TYPE.leave]: validateLeaveTriggerConfig,
};

const isOurs = (type: string): type is TriggerTypeId => Object.hasOwn(CHECKS, type);

const none: readonly Trigger[] = [];
const filter = (text: string | null | undefined): string | undefined => text || undefined;

/** The triggers of our three types, found by type and stream: a change that nobody watches costs one lookup. */
export class TriggerRegistry {
  readonly #byId = new Map<string, Trigger>();
  /** type → stream → triggers; triggers without a stream filter are under `''`. */
  readonly #byType = new Map<string, Map<string, readonly Trigger[]>>();

  register({
    id,
    triggerType,
    functionId,
    config,
    metadata,
  }: TriggerRegistration): InvocationFailure | undefined {
    if (!isOurs(triggerType)) return refused(`${triggerType}: is not a trigger type of this worker`);
    const validate = CHECKS[triggerType];
    const candidate: unknown = config ?? {};
    if (!validate(candidate)) return refused(explain(validate, 'config'));
    const {
      stream_name,
      group_id,
      item_id,
      condition_function_id,
      payload = 'full',
    } = candidate as TriggerConfig;
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
      metadata: metadata == null ? undefined : jsonOf(metadata),
      payload,
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
