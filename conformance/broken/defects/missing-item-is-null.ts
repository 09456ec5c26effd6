import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect } from '../defect.js';

/** `get` of a missing item answers null, where engines answer nothing. */
export const defect: Defect = {
  id: 'missing-item-is-null',
  among: ['functions/*', 'update/*', 'durability/*'],
  breaks: ['nothing/yet'],
  damage: () =>
    onResults(FUNCTION.get, (message) => ('result' in message ? undefined : [{ ...message, result: null }])),
};
