import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect } from '../defect.js';

/** `update` answers an empty `errors` where it should leave it out. */
export const defect: Defect = {
  id: 'empty-errors-of-updates',
  // Not those of exact numbers, which do not survive that a result is written anew.
  among: [
    'update/a*',
    'update/c*',
    'update/l*',
    'update/r*',
    'update/s*',
    'update/v*',
    'update/w*',
    'functions/u*',
  ],
  breaks: ['update/leaves-errors-out-when-there-are-none'],
  damage: () =>
    onResults(FUNCTION.update, (message) => [{ ...message, result: { errors: [], ...message.result } }]),
};
