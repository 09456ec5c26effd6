import { TRIGGER_TYPE_DESCRIPTORS } from '../../../generated/descriptors.js';
import type { JsonText } from '../../../generated/json-text.js';
import {
  encodeRegisterTriggerMessage,
  encodeTriggerRegistrationResultMessage,
  encodeUnregisterTriggerMessage,
} from '../../../generated/messages/worker.js';
import { jsonOf } from '../../domain/json-text.js';
import type { Logger } from '../../observability/logger.js';
import type { StreamService } from '../../service/service-port.js';
import { errorBody } from '../protocol/encode.js';
import type { TriggerProvider, Triggers } from './triggers.js';
import type { Worker } from './worker.js';

/** Relays triggers to the worker that offers their type. */
export const workerProvider = ({ peer }: Worker): TriggerProvider => ({
  start: ({ id, triggerType, functionId, config, metadata }) =>
    peer.send(
      encodeRegisterTriggerMessage({
        id,
        trigger_type: triggerType,
        function_id: functionId,
        config: textOf(config),
        metadata: textOf(metadata),
      }),
    ),
  end: ({ id, triggerType }) => peer.send(encodeUnregisterTriggerMessage({ id, trigger_type: triggerType })),
});

const textOf = (value: unknown): JsonText | undefined => (value === undefined ? undefined : jsonOf(value));

/** Offers the trigger types of the stream service. */
export function offerService(triggers: Triggers, service: StreamService, logger: Logger): void {
  const provider: TriggerProvider = {
    start: (trigger) => {
      const failure = service.registerTrigger(trigger);
      if (failure === undefined) return;
      const { id, triggerType, functionId } = trigger;
      const holder = triggers.holderOf(id);
      const facts = { ...holder?.described, trigger: id, triggerType, function: functionId, ...failure };
      logger.warn(facts, 'refused a trigger');
      holder?.peer.send(
        encodeTriggerRegistrationResultMessage({
          id,
          trigger_type: triggerType,
          function_id: functionId,
          error: errorBody(failure),
        }),
      );
    },
    end: ({ id }) => service.unregisterTrigger(id),
  };
  for (const info of TRIGGER_TYPE_DESCRIPTORS) triggers.offer(info, provider);
}
