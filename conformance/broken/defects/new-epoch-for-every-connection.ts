import { SOCKET_MESSAGE } from '../../../generated/constants.js';
import type { Defect } from '../defect.js';

/** The epoch depends on who asks. */
export const defect: Defect = {
  id: 'new-epoch-for-every-connection',
  among: ['resume/*'],
  breaks: ['nothing/yet'],
  damage() {
    let connections = 0;
    return {
      socket: () => {
        connections += 1;
        const suffix = `-${connections}`;
        return {
          down: (message) =>
            message.type === SOCKET_MESSAGE.stream && message.epoch !== undefined
              ? [{ ...message, epoch: message.epoch + suffix }]
              : undefined,
        };
      },
    };
  },
};
