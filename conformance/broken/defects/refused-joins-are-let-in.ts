import { onAnswers } from '../damages.js';
import type { Defect } from '../defect.js';

/** What a join handler says is not heeded. */
export const defect: Defect = {
  id: 'refused-joins-are-let-in',
  among: ['triggers/*'],
  breaks: ['nothing/yet'],
  damage: () =>
    onAnswers((message) =>
      message.result?.unauthorized === true ? [{ ...message, result: { unauthorized: false } }] : undefined,
    ),
};
