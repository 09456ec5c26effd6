import { STREAM_EVENT } from '../../../generated/constants.js';
import { onEvents } from '../damages.js';
import type { Defect } from '../defect.js';

/** An overwritten item is announced as created. */
export const defect: Defect = {
  id: 'create-for-every-set',
  among: ['socket/*', 'triggers/s*', 'custom-streams/*'],
  breaks: [
    'socket/a-group-subscription-gets-every-change',
    'socket/an-item-subscription-gets-only-its-item',
    'socket/a-set-of-an-existing-item-is-an-update',
    'socket/an-update-of-an-existing-item-carries-the-whole-value',
    'custom-streams/the-old-value-tells-an-update-from-a-create',
  ],
  damage: () =>
    onEvents([STREAM_EVENT.update], (message) => [
      { ...message, event: { ...message.event, type: STREAM_EVENT.create } },
    ]),
};
