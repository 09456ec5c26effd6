import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect } from '../defect.js';

/** `[]` turns into `{}` on its way through a store that cannot tell them apart. */
export const defect: Defect = {
  id: 'empty-arrays-become-objects',
  among: ['functions/*', 'update/*'],
  breaks: [
    'functions/empty-containers-stay-what-they-are',
    'update/vectors-set-of-the-rest',
    'update/vectors-increment-of-fields',
    'update/vectors-decrement-of-fields',
  ],
  damage: () =>
    onResults(FUNCTION.get, (message) => {
      const text = JSON.stringify(message.result ?? null);
      return text.includes('[]')
        ? [{ ...message, result: JSON.parse(text.replaceAll('[]', '{}')) }]
        : undefined;
    }),
};
