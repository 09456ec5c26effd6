import { WORKER_MESSAGE } from '../../../generated/constants.js';
import type { Defect } from '../defect.js';

/** The owner of a trigger type does not get a trigger's config. */
export const defect: Defect = {
  id: 'relayed-triggers-lose-their-config',
  among: ['worker-protocol/*', 'triggers/stream-f*'],
  breaks: ['nothing/yet'],
  damage: () => ({
    engine: () => ({
      down: (message) =>
        message.type === WORKER_MESSAGE.registerTrigger ? [{ ...message, config: {} }] : undefined,
    }),
  }),
};
