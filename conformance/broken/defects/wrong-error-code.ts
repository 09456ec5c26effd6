import { ERROR_CODE } from '../../../generated/constants.js';
import { onErrors } from '../damages.js';
import type { Defect } from '../defect.js';

/** A refused `set` fails with a code that no client knows. */
export const defect: Defect = {
  id: 'wrong-error-code',
  among: ['functions/*', 'limits/a*', 'custom-streams/*'],
  breaks: [
    'functions/set-names-the-field-that-is-missing',
    'functions/set-refuses-names-that-are-no-strings',
    'functions/set-refuses-empty-names',
    'functions/an-input-that-is-no-object-is-refused',
    'custom-streams/a-function-that-fails-fails-the-call',
    'limits/a-name-of-512-bytes-is-taken-and-one-more-refused',
    'limits/a-value-that-nests-too-deep-is-refused',
  ],
  damage: () =>
    onErrors((message) =>
      message.error.code === ERROR_CODE.set
        ? [{ ...message, error: { ...message.error, code: 'ERROR' } }]
        : undefined,
    ),
};
