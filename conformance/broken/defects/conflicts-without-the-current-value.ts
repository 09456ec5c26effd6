import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect } from '../defect.js';

/** A conflict says only that there was one. */
export const defect: Defect = {
  id: 'conflicts-without-the-current-value',
  among: ['revisions/a*', 'revisions/compare-*'],
  breaks: [
    'revisions/a-conflict-tells-the-current-value-and-its-rev',
    'revisions/compare-and-set-counts-exactly',
  ],
  damage: () =>
    onResults(FUNCTION.set, (message) =>
      message.result?.outcome === 'conflict'
        ? [{ ...message, result: { outcome: 'conflict', rev: 0, epoch: message.result.epoch } }]
        : undefined,
    ),
};
