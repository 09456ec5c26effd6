import { INVOCATION_ACTION, WORKER_MESSAGE } from '../../../generated/constants.js';
import type { Defect } from '../defect.js';

/** A call that wants no answer gets one. */
export const defect: Defect = {
  id: 'void-calls-are-answered',
  among: ['worker-protocol/*'],
  breaks: ['worker-protocol/a-void-call-runs-and-is-not-answered'],
  damage: () => ({
    engine: () => ({
      up: ({ type, invocation_id, function_id, action }, line) => {
        const isVoid = type === WORKER_MESSAGE.invokeFunction && action?.type === INVOCATION_ACTION.void;
        if (isVoid && invocation_id)
          line.down({ type: WORKER_MESSAGE.invocationResult, invocation_id, function_id });
        return undefined;
      },
    }),
  }),
};
