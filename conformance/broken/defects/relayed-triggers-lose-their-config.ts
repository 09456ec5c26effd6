import { WORKER_MESSAGE } from '../../../generated/constants.js';
import type { Defect } from '../defect.js';

/** The owner of a trigger type does not get a trigger's config. */
export const defect: Defect = {
  id: 'relayed-triggers-lose-their-config',
  among: ['worker-protocol/*', 'triggers/stream-f*'],
  breaks: [
    'worker-protocol/a-trigger-is-relayed-to-the-owner-of-its-type',
    'worker-protocol/a-trigger-waits-for-its-type',
  ],
  damage: () => ({
    engine: () => ({
      down: (message) =>
        message.type === WORKER_MESSAGE.registerTrigger ? [{ ...message, config: {} }] : undefined,
    }),
  }),
};
