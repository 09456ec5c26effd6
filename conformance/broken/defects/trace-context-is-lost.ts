import { onInvocations } from '../damages.js';
import type { Defect } from '../defect.js';

/** Trace context does not travel with a call. */
export const defect: Defect = {
  id: 'trace-context-is-lost',
  among: ['worker-protocol/*'],
  breaks: ['worker-protocol/the-trace-context-travels-with-a-call'],
  damage: () =>
    onInvocations((message) => {
      const { traceparent, baggage, ...rest } = message;
      return traceparent === undefined ? undefined : [rest];
    }),
};
