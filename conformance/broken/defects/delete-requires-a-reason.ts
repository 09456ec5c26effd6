import { ERROR_CODE, FUNCTION, WORKER_MESSAGE } from '../../../generated/constants.js';
import { onCalls } from '../damages.js';
import type { Defect } from '../defect.js';

/** `delete` refuses an input without a field that no specification has. */
export const defect: Defect = {
  id: 'delete-requires-a-reason',
  among: ['functions/*', 'socket/*'],
  breaks: ['nothing/yet'],
  damage: () =>
    onCalls(FUNCTION.delete, (message, line) => {
      const { invocation_id, function_id, data } = message;
      if (data !== null && typeof data === 'object' && 'reason' in data) return undefined;
      const error = { code: ERROR_CODE.delete, message: 'reason: is required' };
      line.down({ type: WORKER_MESSAGE.invocationResult, invocation_id, function_id, error });
      return [];
    }),
};
