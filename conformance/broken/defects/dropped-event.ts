import { STREAM_EVENT } from '../../../generated/constants.js';
import { onEvents } from '../damages.js';
import type { Defect } from '../defect.js';

/** Deletes are not announced. */
export const defect: Defect = {
  id: 'dropped-event',
  among: ['socket/*', 'resume/s*', 'resume/a-**'],
  breaks: [
    'socket/a-group-subscription-gets-every-change',
    'socket/a-delete-carries-the-removed-value',
    'socket/timestamps-increase-over-deletes-and-creates',
    'resume/seq-grows-by-one-with-each-change',
    'resume/a-deletion-is-part-of-what-changed',
  ],
  damage: () => onEvents([STREAM_EVENT.delete], () => []),
};
