import { FUNCTION, WORKER_MESSAGE } from '../../../generated/constants.js';
import type { Defect } from '../defect.js';

/** One increment in ten is answered and not applied. */
export const defect: Defect = {
  id: 'lost-increments',
  among: ['update/*'],
  breaks: ['update/concurrent-increments-all-count'],
  damage() {
    let increments = 0;
    return {
      engine: () => ({
        up: (message) => {
          const { type, function_id, data } = message;
          if (type !== WORKER_MESSAGE.invokeFunction || function_id !== FUNCTION.update) return undefined;
          const isIncrement = data?.item_id === 'a' && data.ops?.length === 1 && data.ops[0]?.by === 1;
          increments += isIncrement ? 1 : 0;
          return isIncrement && increments % 10 === 0
            ? [{ ...message, data: { ...data, ops: [] } }]
            : undefined;
        },
      }),
    };
  },
};
