import { onInvocations } from '../damages.js';
import type { Defect } from '../defect.js';

/** Handlers are called twice for a change. */
export const defect: Defect = {
  id: 'duplicate-invocations',
  among: ['triggers/s*'],
  breaks: ['nothing/yet'],
  damage: () => onInvocations((message) => (message.invocation_id ? undefined : [message, message])),
};
