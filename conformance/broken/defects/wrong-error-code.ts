import { ERROR_CODE } from '../../../generated/constants.js';
import { onErrors } from '../damages.js';
import type { Defect } from '../defect.js';

/** A refused `set` fails with a code that no client knows. */
export const defect: Defect = {
  id: 'wrong-error-code',
  among: ['functions/*', 'limits/a*', 'custom-streams/*'],
  breaks: ['nothing/yet'],
  damage: () =>
    onErrors((message) =>
      message.error.code === ERROR_CODE.set
        ? [{ ...message, error: { ...message.error, code: 'ERROR' } }]
        : undefined,
    ),
};
