import { onErrors } from '../damages.js';
import type { Defect } from '../defect.js';

/** Errors say only that the input is bad. */
export const defect: Defect = {
  id: 'errors-do-not-name-the-field',
  among: ['functions/*', 'limits/*', 'update/r*'],
  breaks: ['nothing/yet'],
  damage: () => onErrors((message) => [{ ...message, error: { ...message.error, message: 'bad input' } }]),
};
