import { TRIGGER_TYPE } from '../../../generated/constants.js';
import { onInvocations } from '../damages.js';
import type { Defect } from '../defect.js';

/** Leaves are not told to their handlers. */
export const defect: Defect = {
  id: 'missing-leave',
  among: ['auth/the*', 'triggers/**'],
  breaks: [
    'triggers/leave-fires-on-a-leave',
    'triggers/leave-fires-for-each-subscription-of-a-socket-that-closes',
    'triggers/leave-fires-for-a-socket-that-breaks',
    'triggers/leave-of-an-unknown-subscription-fires-nothing',
    'triggers/leave-fires-once',
    'triggers/leave-fires-only-for-its-stream',
    'triggers/leave-payload-has-the-fields-of-the-schema',
    'triggers/a-refused-join-fires-no-leave',
    'auth/the-context-reaches-leave-handlers',
  ],
  damage: () =>
    onInvocations((message) => (message.data?.event_type === TRIGGER_TYPE.leave ? [] : undefined)),
};
