import { onInvocations } from '../damages.js';
import type { Defect } from '../defect.js';

/** Handlers are called twice for a change. */
export const defect: Defect = {
  id: 'duplicate-invocations',
  among: ['triggers/s*'],
  breaks: [
    'triggers/stream-fires-on-create-update-and-delete',
    'triggers/stream-fires-on-update-ops',
    'triggers/stream-without-a-group-fires-for-every-group',
    'triggers/stream-fires-each-of-two-triggers-once',
    'triggers/stream-fires-in-commit-order',
  ],
  damage: () => onInvocations((message) => (message.invocation_id ? undefined : [message, message])),
};
