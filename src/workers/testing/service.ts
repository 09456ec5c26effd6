import { FUNCTION, INVOCATION_ERROR, TRIGGER_TYPE } from '../../../generated/constants.js';
import type { JsonText } from '../../../generated/json-text.js';
import type { TraceContext } from '../../domain/change.js';
import { asJson, NULL, sliceField } from '../../domain/json-text.js';
import type { Payload } from '../../domain/payload.js';
import type {
  InvocationCallback,
  InvocationFailure,
  StreamService,
  TriggerRegistration,
} from '../../service/service-port.js';

/** A stream service of one flat map, without subscriptions: enough to see what a host does with it. */
export class FakeService implements StreamService {
  readonly values = new Map<string, JsonText>();
  readonly triggers = new Map<string, TriggerRegistration>();
  /** Every trigger that started or ended, in order. */
  readonly log: string[] = [];
  readonly traces: (TraceContext | undefined)[] = [];
  /** Calls of `stream::list_all` wait for this. */
  slow: Promise<void> = Promise.resolve();

  call(
    functionId: string,
    payload: Payload | undefined,
    trace: TraceContext | undefined,
    done: InvocationCallback,
  ): void {
    this.traces.push(trace);
    const key = payload === undefined ? '' : String(sliceField(payload.text, 'item_id'));
    if (functionId === FUNCTION.set) {
      const old = this.values.get(key) ?? NULL;
      const data = (payload && sliceField(payload.text, 'data')) ?? NULL;
      this.values.set(key, data);
      done(undefined, asJson(`{"old_value":${old},"new_value":${data}}`));
    } else if (functionId === FUNCTION.get) done(undefined, this.values.get(key));
    else if (functionId === FUNCTION.list) done(undefined, asJson(`[${[...this.values.values()].join()}]`));
    else if (functionId === FUNCTION.listAll) this.slow.then(() => done(undefined, asJson('{"slow":true}')));
    else if (functionId === FUNCTION.send) throw new Error('a fault of the service');
    else done({ code: INVOCATION_ERROR.invocationFailed, message: `no ${functionId} here` }, undefined);
  }

  registerTrigger(trigger: TriggerRegistration): InvocationFailure | undefined {
    if (trigger.triggerType === TRIGGER_TYPE.stream && trigger.config === null) {
      return { code: INVOCATION_ERROR.triggerRegistrationFailed, message: 'config: must be object' };
    }
    this.triggers.set(trigger.id, trigger);
    this.log.push(`start ${trigger.id}`);
    return undefined;
  }

  unregisterTrigger(id: string): void {
    this.triggers.delete(id);
    this.log.push(`end ${id}`);
  }
}
