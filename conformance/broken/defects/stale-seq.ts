import { STREAM_EVENT } from '../../../generated/constants.js';
import { onEvents } from '../damages.js';
import type { Defect } from '../defect.js';

/** A sync says that the group stands one change behind. */
export const defect: Defect = {
  id: 'stale-seq',
  among: ['resume/*'],
  breaks: [
    'resume/a-sync-stands-at-the-last-change',
    'resume/each-group-has-its-own-seq',
    'resume/ack-asks-for-an-acknowledgement',
    'resume/changes-after-a-sync-go-on-from-its-seq',
    'resume/a-join-with-since-gets-what-changed-after-it',
    'resume/an-item-that-changed-often-comes-once',
    'resume/a-deletion-is-part-of-what-changed',
    'resume/a-create-that-is-learned-late-tells-the-place-of-its-item',
    'resume/when-nothing-changed-nothing-comes',
    'resume/after-a-resume-changes-are-live',
    'resume/an-item-subscription-resumes-with-its-item-only',
    'resume/ten-changes-in-a-large-group-are-ten-messages',
    'resume/a-path-takes-since',
    'resume/a-long-sync-comes-in-pieces',
    'resume/a-path-takes-page',
  ],
  damage: () =>
    onEvents([STREAM_EVENT.sync], (message) =>
      message.seq > 0 ? [{ ...message, seq: message.seq - 1 }] : undefined,
    ),
};
