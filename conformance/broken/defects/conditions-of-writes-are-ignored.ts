import { FUNCTION } from '../../../generated/constants.js';
import { onCalls } from '../damages.js';
import type { Defect } from '../defect.js';

/** `set` writes whatever `if_rev` says, and answers that it was applied. */
export const defect: Defect = {
  id: 'conditions-of-writes-are-ignored',
  among: ['revisions/a*', 'revisions/compare-*', 'revisions/rev-*', 'revisions/two-*'],
  breaks: [
    'revisions/a-write-on-an-old-rev-is-a-conflict',
    'revisions/a-conflict-tells-the-current-value-and-its-rev',
    'revisions/rev-zero-means-that-there-is-no-item',
    'revisions/compare-and-set-counts-exactly',
    'revisions/two-conditions-are-refused',
    'revisions/a-rev-that-is-no-integer-is-refused',
  ],
  damage: () =>
    onCalls(FUNCTION.set, (message) => {
      const { if_rev, ...data } = message.data ?? {};
      if (if_rev === undefined) return undefined;
      return [{ ...message, data: { ...data, idempotency_key: `${Math.random()}` } }];
    }),
};
