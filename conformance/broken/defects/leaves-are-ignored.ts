import { SOCKET_MESSAGE } from '../../../generated/constants.js';
import { onRequests } from '../damages.js';
import type { Defect } from '../defect.js';

/** A leave changes nothing. */
export const defect: Defect = {
  id: 'leaves-are-ignored',
  among: ['socket/*', 'triggers/l*'],
  breaks: [
    'socket/after-a-leave-nothing-comes',
    'socket/a-leave-needs-the-subscription-id-only',
    'socket/a-join-after-a-leave-syncs-again',
    'triggers/leave-fires-on-a-leave',
    'triggers/leave-of-an-unknown-subscription-fires-nothing',
  ],
  damage: () => onRequests(SOCKET_MESSAGE.leave, () => []),
};
