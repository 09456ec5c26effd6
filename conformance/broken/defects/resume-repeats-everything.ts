import { SOCKET_MESSAGE } from '../../../generated/constants.js';
import { onRequests } from '../damages.js';
import type { Defect } from '../defect.js';

/** A cursor is acknowledged, and answered with the whole state. */
export const defect: Defect = {
  id: 'resume-repeats-everything',
  among: ['resume/*'],
  breaks: [
    'resume/a-cursor-that-is-none-is-refused',
    'resume/a-join-with-since-gets-what-changed-after-it',
    'resume/an-item-that-changed-often-comes-once',
    'resume/a-deletion-is-part-of-what-changed',
    'resume/what-was-deleted-and-set-again-comes-as-it-is-now',
    'resume/a-create-that-is-learned-late-tells-the-place-of-its-item',
    'resume/when-nothing-changed-nothing-comes',
    'resume/after-a-resume-changes-are-live',
    'resume/an-item-subscription-resumes-with-its-item-only',
    'resume/ten-changes-in-a-large-group-are-ten-messages',
    'resume/a-cursor-of-another-epoch-gets-a-sync-and-the-reason',
    'resume/a-deletion-past-the-horizon-leads-to-a-sync',
    'resume/a-cursor-of-lost-data-leads-to-a-sync',
  ],
  damage: () =>
    onRequests(SOCKET_MESSAGE.join, (message) => {
      const { since, ...data } = message.data;
      return typeof since?.epoch === 'string' && since.seq >= 0
        ? [{ ...message, data: { ...data, ack: true } }]
        : undefined;
    }),
};
