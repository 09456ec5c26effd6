import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect } from '../defect.js';

/** `list` has the reverse order of insertion. */
export const defect: Defect = {
  id: 'unsorted-list',
  among: ['functions/*', 'durability/*', 'custom-streams/*'],
  breaks: ['nothing/yet'],
  damage: () => onResults(FUNCTION.list, (message) => [{ ...message, result: message.result.toReversed() }]),
};
