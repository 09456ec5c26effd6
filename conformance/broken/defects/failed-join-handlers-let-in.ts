import { onAnswers } from '../damages.js';
import type { Defect } from '../defect.js';

/** A join handler that fails lets the client in. */
export const defect: Defect = {
  id: 'failed-join-handlers-let-in',
  among: ['triggers/*'],
  breaks: ['triggers/a-join-handler-that-fails-refuses'],
  damage: () =>
    onAnswers((message) => {
      const { error, ...rest } = message;
      return error && message.function_id.startsWith('handler') ? [{ ...rest, result: {} }] : undefined;
    }),
};
