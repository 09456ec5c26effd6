import { STREAM_EVENT } from '../../../generated/constants.js';
import { onEvents } from '../damages.js';
import type { Defect } from '../defect.js';

/** A sync says that the group stands one change behind. */
export const defect: Defect = {
  id: 'stale-seq',
  among: ['resume/*'],
  breaks: ['nothing/yet'],
  damage: () =>
    onEvents([STREAM_EVENT.sync], (message) =>
      message.seq > 0 ? [{ ...message, seq: message.seq - 1 }] : undefined,
    ),
};
