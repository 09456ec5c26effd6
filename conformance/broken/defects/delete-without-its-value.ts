import { STREAM_EVENT } from '../../../generated/constants.js';
import { onEvents } from '../damages.js';
import type { Defect } from '../defect.js';

/** A delete is announced with null instead of the removed value. */
export const defect: Defect = {
  id: 'delete-without-its-value',
  among: ['socket/*', 'custom-streams/*'],
  breaks: [
    'socket/a-group-subscription-gets-every-change',
    'socket/a-delete-carries-the-removed-value',
    'custom-streams/the-old-value-tells-an-update-from-a-create',
  ],
  damage: () =>
    onEvents([STREAM_EVENT.delete], (message) => [{ ...message, event: { ...message.event, data: null } }]),
};
