import { STREAM_EVENT } from '../../../generated/constants.js';
import { onEvents } from '../damages.js';
import type { Defect } from '../defect.js';

/** Creates are announced twice. */
export const defect: Defect = {
  id: 'duplicate-event',
  among: ['socket/*'],
  breaks: ['nothing/yet'],
  damage: () => onEvents([STREAM_EVENT.create], (message) => [message, message]),
};
