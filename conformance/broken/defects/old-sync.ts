import { STREAM_EVENT } from '../../../generated/constants.js';
import { onEvents } from '../damages.js';
import type { Defect } from '../defect.js';

/** A sync carries a time before the changes in it. */
export const defect: Defect = {
  id: 'old-sync',
  among: ['socket/*'],
  breaks: ['socket/a-sync-is-not-older-than-the-changes-in-it'],
  damage: () =>
    onEvents([STREAM_EVENT.sync], (message) => [{ ...message, timestamp: message.timestamp - 60_000 }]),
};
