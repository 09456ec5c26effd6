import { WORKER_MESSAGE } from '../../../generated/constants.js';
import { TRIGGER_TYPE_DESCRIPTORS } from '../../../generated/descriptors.js';
import type { Logger } from '../../observability/logger.js';
import type { StreamService } from '../../service/service-port.js';
import { frameOf } from '../protocol/encode.js';
import type { TriggerProvider, Triggers } from './triggers.js';
import type { Worker } from './worker.js';

/** Relays triggers to the worker that offers their type. */
export const workerProvider = ({ peer }: Worker): TriggerProvider => ({
  start: ({ id, triggerType, functionId, config, metadata }) =>
    peer.send(
      frameOf({
        type: WORKER_MESSAGE.registerTrigger,
        id,
        trigger_type: triggerType,
        function_id: functionId,
        config,
        metadata,
      }),
    ),
  end: ({ id, triggerType }) =>
    peer.send(frameOf({ type: WORKER_MESSAGE.unregisterTrigger, id, trigger_type: triggerType })),
});

/** Offers the trigger types of the stream service. */
export function offerService(triggers: Triggers, service: StreamService, logger: Logger): void {
  const provider: TriggerProvider = {
    start: (trigger) => {
      const failure = service.registerTrigger(trigger);
      if (failure === undefined) return;
      const { id, triggerType, functionId } = trigger;
      logger.warn({ trigger: id, triggerType, function: functionId, ...failure }, 'refused a trigger');
    },
    end: ({ id }) => service.unregisterTrigger(id),
  };
  for (const info of TRIGGER_TYPE_DESCRIPTORS) triggers.offer(info, provider);
}
