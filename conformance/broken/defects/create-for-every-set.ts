import { STREAM_EVENT } from '../../../generated/constants.js';
import { onEvents } from '../damages.js';
import type { Defect } from '../defect.js';

/** An overwritten item is announced as created. */
export const defect: Defect = {
  id: 'create-for-every-set',
  among: ['socket/*', 'triggers/s*', 'custom-streams/*'],
  breaks: ['nothing/yet'],
  damage: () =>
    onEvents([STREAM_EVENT.update], (message) => [
      { ...message, event: { ...message.event, type: STREAM_EVENT.create } },
    ]),
};
