import { WORKER_MESSAGE } from '../../../generated/constants.js';
import type { Defect } from '../defect.js';

/** A ping of the worker protocol gets no pong. */
export const defect: Defect = {
  id: 'unanswered-pings',
  among: ['worker-protocol/*'],
  breaks: ['worker-protocol/a-ping-is-answered-with-a-pong'],
  damage: () => ({
    engine: () => ({ down: (message) => (message.type === WORKER_MESSAGE.pong ? [] : undefined) }),
  }),
};
