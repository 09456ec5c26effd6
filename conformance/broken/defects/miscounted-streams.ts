import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect } from '../defect.js';

/** `list_all` counts one stream too many. */
export const defect: Defect = {
  id: 'miscounted-streams',
  among: ['functions/*'],
  breaks: ['functions/list-all-counts-the-streams'],
  damage: () =>
    onResults(FUNCTION.listAll, (message) => {
      const { stream, count } = message.result;
      return [{ ...message, result: { stream, count: count + 1 } }];
    }),
};
