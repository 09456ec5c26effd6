import { STREAM_EVENT } from '../../../generated/constants.js';
import { onEvents } from '../damages.js';
import type { Defect } from '../defect.js';

/** A delete is announced without the field `data`. */
export const defect: Defect = {
  id: 'delete-breaks-the-grammar',
  among: ['socket/*', 'triggers/s*'],
  breaks: [
    'socket/a-group-subscription-gets-every-change',
    'socket/a-delete-carries-the-removed-value',
    'socket/timestamps-increase-over-deletes-and-creates',
    'socket/a-join-during-writes-misses-nothing-and-repeats-nothing-old',
  ],
  damage: () =>
    onEvents([STREAM_EVENT.delete], (message) => [{ ...message, event: { type: message.event.type } }]),
};
