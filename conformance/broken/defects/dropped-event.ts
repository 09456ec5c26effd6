import { STREAM_EVENT } from '../../../generated/constants.js';
import { onEvents } from '../damages.js';
import type { Defect } from '../defect.js';

/** Deletes are not announced. */
export const defect: Defect = {
  id: 'dropped-event',
  among: ['socket/*', 'resume/s*', 'resume/a-**'],
  breaks: ['nothing/yet'],
  damage: () => onEvents([STREAM_EVENT.delete], () => []),
};
