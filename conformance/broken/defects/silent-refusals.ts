import { SOCKET_MESSAGE } from '../../../generated/constants.js';
import type { Defect } from '../defect.js';

/** A bad message of a client gets no answer. */
export const defect: Defect = {
  id: 'silent-refusals',
  among: ['socket/*'],
  breaks: ['nothing/yet'],
  damage: () => ({
    socket: () => ({ down: (message) => (message.type === SOCKET_MESSAGE.error ? [] : undefined) }),
  }),
};
