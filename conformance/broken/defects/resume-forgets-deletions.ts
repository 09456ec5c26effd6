import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import type { Defect } from '../defect.js';

/** What was deleted meanwhile is not part of a resume. */
export const defect: Defect = {
  id: 'resume-forgets-deletions',
  among: ['resume/*'],
  breaks: [
    'resume/a-deletion-is-part-of-what-changed',
    'resume/what-was-deleted-and-set-again-comes-as-it-is-now',
  ],
  damage: () => ({
    socket: () => {
      let upTo = 0;
      return {
        down: (message) => {
          if (message.type === SOCKET_MESSAGE.subscribed) upTo = message.mode === 'changes' ? message.seq : 0;
          const isDelete =
            message.type === SOCKET_MESSAGE.stream && message.event.type === STREAM_EVENT.delete;
          return isDelete && message.seq <= upTo ? [] : undefined;
        },
      };
    },
  }),
};
