import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect } from '../defect.js';

/** `update` answers an empty `errors` where it should leave it out. */
export const defect: Defect = {
  id: 'empty-errors-of-updates',
  among: ['update/*', 'functions/u*'],
  breaks: ['update/leaves-errors-out-when-there-are-none'],
  damage: () =>
    onResults(FUNCTION.update, (message) => [{ ...message, result: { errors: [], ...message.result } }]),
};
