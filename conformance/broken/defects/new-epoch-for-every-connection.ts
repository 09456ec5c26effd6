import { SOCKET_MESSAGE } from '../../../generated/constants.js';
import type { Defect } from '../defect.js';

/** The epoch depends on who asks. */
export const defect: Defect = {
  id: 'new-epoch-for-every-connection',
  among: ['resume/*'],
  breaks: [
    'resume/the-epoch-stays-the-same',
    'resume/ack-asks-for-an-acknowledgement',
    'resume/a-join-with-since-gets-what-changed-after-it',
    'resume/an-item-that-changed-often-comes-once',
    'resume/a-deletion-is-part-of-what-changed',
    'resume/what-was-deleted-and-set-again-comes-as-it-is-now',
    'resume/a-create-that-is-learned-late-tells-the-place-of-its-item',
    'resume/when-nothing-changed-nothing-comes',
    'resume/after-a-resume-changes-are-live',
    'resume/an-item-subscription-resumes-with-its-item-only',
    'resume/ten-changes-in-a-large-group-are-ten-messages',
    'resume/a-path-takes-since',
    'resume/a-deletion-past-the-horizon-leads-to-a-sync',
  ],
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
