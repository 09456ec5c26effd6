import { onAnswers } from '../damages.js';
import type { Defect } from '../defect.js';

/** What a join handler says is not heeded. */
export const defect: Defect = {
  id: 'refused-joins-are-let-in',
  among: ['triggers/*'],
  breaks: [
    'triggers/a-join-handler-may-refuse',
    'triggers/a-refused-join-gets-no-data-ever',
    'triggers/one-of-two-join-handlers-is-enough-to-refuse',
    'triggers/a-refused-join-fires-no-leave',
  ],
  damage: () =>
    onAnswers((message) =>
      message.result?.unauthorized === true ? [{ ...message, result: { unauthorized: false } }] : undefined,
    ),
};
