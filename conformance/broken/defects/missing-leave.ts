import { TRIGGER_TYPE } from '../../../generated/constants.js';
import { onInvocations } from '../damages.js';
import type { Defect } from '../defect.js';

/** Leaves are not told to their handlers. */
export const defect: Defect = {
  id: 'missing-leave',
  among: ['auth/the*', 'triggers/**'],
  breaks: ['nothing/yet'],
  damage: () =>
    onInvocations((message) => (message.data?.event_type === TRIGGER_TYPE.leave ? [] : undefined)),
};
