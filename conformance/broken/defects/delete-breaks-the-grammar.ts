import { STREAM_EVENT } from '../../../generated/constants.js';
import { onEvents } from '../damages.js';
import type { Defect } from '../defect.js';

/** A delete is announced without the field `data`. */
export const defect: Defect = {
  id: 'delete-breaks-the-grammar',
  among: ['socket/*', 'triggers/s*'],
  breaks: ['nothing/yet'],
  damage: () =>
    onEvents([STREAM_EVENT.delete], (message) => [{ ...message, event: { type: message.event.type } }]),
};
