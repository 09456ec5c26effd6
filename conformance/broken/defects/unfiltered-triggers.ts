import { WORKER_MESSAGE } from '../../../generated/constants.js';
import { onRegistrations } from '../damages.js';
import type { Defect } from '../defect.js';

/** Triggers fire for every group and item of their stream. */
export const defect: Defect = {
  id: 'unfiltered-triggers',
  among: ['triggers/s*'],
  breaks: ['triggers/stream-fires-only-for-its-group', 'triggers/stream-fires-only-for-its-item'],
  damage: () =>
    onRegistrations(WORKER_MESSAGE.registerTrigger, (message) => {
      const { group_id, item_id, ...config } = message.config ?? {};
      return [{ ...message, config }];
    }),
};
