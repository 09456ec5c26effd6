import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import type { Defect, Message } from '../defect.js';

const isNumber = (value: unknown): boolean => typeof value === 'number';

/** A custom event overtakes the change before it. */
export const defect: Defect = {
  id: 'reordered-events',
  among: ['socket/*'],
  breaks: ['nothing/yet'],
  damage: () => ({
    socket: () => {
      let held: Message;
      return {
        down: (message, line) => {
          if (message.type !== SOCKET_MESSAGE.stream) return undefined;
          if (held !== undefined) {
            const pair = [message, held];
            held = undefined;
            return pair;
          }
          if (message.event.type !== STREAM_EVENT.event || !isNumber(message.event.event.data))
            return undefined;
          held = message;
          setImmediate(() => {
            if (held === message) line.down(message);
            if (held === message) held = undefined;
          });
          return [];
        },
      };
    },
  }),
};
