import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect } from '../defect.js';

/** `set` answers the two values in each other's place. */
export const defect: Defect = {
  id: 'swapped-old-and-new-value',
  among: ['functions/*', 'update/a*', 'custom-streams/*'],
  breaks: ['nothing/yet'],
  damage: () =>
    onResults(FUNCTION.set, (message) => {
      const { old_value, new_value } = message.result;
      return [{ ...message, result: { old_value: new_value, new_value: old_value } }];
    }),
};
