import { SOCKET_MESSAGE } from '../../../generated/constants.js';
import type { Defect, Message } from '../defect.js';

/** A change overtakes the one before it, now and then. */
export const defect: Defect = {
  id: 'reordered-events',
  among: ['socket/*'],
  breaks: [
    'socket/what-one-worker-sends-at-once-comes-in-the-order-sent',
    'socket/timestamps-increase-strictly-in-a-burst-to-one-item',
    'socket/timestamps-increase-strictly-across-the-items-of-a-group',
  ],
  damage: () => ({
    socket: () => {
      let held: Message;
      return {
        down: (message) => {
          if (held !== undefined) {
            const pair = [message, held];
            held = undefined;
            return pair;
          }
          // More follow such a number in every case that counts so far.
          if (message.type !== SOCKET_MESSAGE.stream || message.event.data?.n % 10 !== 3) return undefined;
          held = message;
          return [];
        },
      };
    },
  }),
};
