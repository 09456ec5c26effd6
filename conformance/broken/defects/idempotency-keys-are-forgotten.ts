import { FUNCTION } from '../../../generated/constants.js';
import { onCalls } from '../damages.js';
import type { Defect } from '../defect.js';

/** Every write of an update is applied, also one with a key that was applied before. */
export const defect: Defect = {
  id: 'idempotency-keys-are-forgotten',
  among: ['revisions/a*', 'revisions/repeats-*'],
  breaks: ['revisions/a-repeated-key-is-applied-once'],
  damage() {
    let calls = 0;
    return onCalls(FUNCTION.update, (message) => {
      if (message.data?.idempotency_key === undefined) return undefined;
      calls += 1;
      return [{ ...message, data: { ...message.data, idempotency_key: String(calls) } }];
    });
  },
};
