import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect, Message } from '../defect.js';

/** Errors of `update` name the op after the one at fault. */
export const defect: Defect = {
  id: 'op-index-counts-from-one',
  among: ['update/*'],
  breaks: ['nothing/yet'],
  damage: () =>
    onResults(FUNCTION.update, (message) => {
      const { errors, ...rest } = message.result;
      if (errors === undefined) return undefined;
      const moved = errors.map((error: Message) => ({ ...error, op_index: error.op_index + 1 }));
      return [{ ...message, result: { ...rest, errors: moved } }];
    }),
};
