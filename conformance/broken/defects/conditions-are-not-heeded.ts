import { onAnswers } from '../damages.js';
import type { Defect } from '../defect.js';

/** A condition is asked, and the handler runs whatever it says. */
export const defect: Defect = {
  id: 'conditions-are-not-heeded',
  among: ['triggers/*'],
  breaks: [
    'triggers/a-condition-that-says-false-skips-the-handler',
    'triggers/a-condition-decides-change-by-change',
    'triggers/a-condition-of-a-join-skips-its-handler',
  ],
  damage: () =>
    onAnswers((message) =>
      message.function_id.startsWith('condition') && message.result === false
        ? [{ ...message, result: true }]
        : undefined,
    ),
};
