import { SOCKET_MESSAGE } from '../../../generated/constants.js';
import { onRequests } from '../damages.js';
import type { Defect } from '../defect.js';

/** A cursor is acknowledged, and answered with the whole state. */
export const defect: Defect = {
  id: 'resume-repeats-everything',
  among: ['resume/*'],
  breaks: ['nothing/yet'],
  damage: () =>
    onRequests(SOCKET_MESSAGE.join, (message) => {
      const { since, ...data } = message.data;
      return typeof since?.epoch === 'string' && since.seq >= 0
        ? [{ ...message, data: { ...data, ack: true } }]
        : undefined;
    }),
};
