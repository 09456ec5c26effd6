import { SOCKET_MESSAGE } from '../../../generated/constants.js';
import { onRequests } from '../damages.js';
import type { Defect } from '../defect.js';

/** A leave changes nothing. */
export const defect: Defect = {
  id: 'leaves-are-ignored',
  among: ['socket/*', 'triggers/l*'],
  breaks: ['nothing/yet'],
  damage: () => onRequests(SOCKET_MESSAGE.leave, () => []),
};
