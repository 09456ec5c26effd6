import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect } from '../defect.js';

/** `set` of a new item leaves `old_value` out, where clients expect null. */
export const defect: Defect = {
  id: 'old-value-absent',
  among: ['functions/*', 'socket/a-**', 'worker-protocol/*'],
  breaks: ['nothing/yet'],
  damage: () =>
    onResults(FUNCTION.set, (message) => {
      const { old_value, ...rest } = message.result;
      return old_value === null ? [{ ...message, result: rest }] : undefined;
    }),
};
