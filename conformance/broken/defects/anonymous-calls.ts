import { CALLER_FIELD } from '../../../generated/constants.js';
import { onInvocations } from '../damages.js';
import type { Defect } from '../defect.js';

/** A called function is not told who calls. */
export const defect: Defect = {
  id: 'anonymous-calls',
  among: ['worker-protocol/*'],
  breaks: ['worker-protocol/a-call-tells-who-calls'],
  damage: () =>
    onInvocations((message) => {
      if (message.data?.[CALLER_FIELD.workerId] === undefined) return undefined;
      const { [CALLER_FIELD.workerId]: _caller, ...data } = message.data;
      return [{ ...message, data }];
    }),
};
