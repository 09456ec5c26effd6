import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect } from '../defect.js';

/** Integers lose what a number of 14 digits cannot hold. */
export const defect: Defect = {
  id: 'large-integers-are-rounded',
  among: ['functions/*', 'update/*'],
  breaks: [
    'functions/integers-up-to-2-53-survive',
    'functions/floats-and-exponents-survive',
    'functions/numbers-past-2-53-are-exact-or-refused',
    'update/vectors-set-of-numbers',
    'update/vectors-increment-of-missing-items',
    'update/vectors-increment-of-missing-fields',
    'update/vectors-increment-of-numbers',
    'update/vectors-decrement-of-missing-fields',
    'update/vectors-decrement-of-numbers',
    'update/exact-numbers-untouched',
    'update/exact-numbers-value',
    'update/exact-numbers-integer',
    'update/exact-numbers-float',
    'update/exact-numbers-refused',
  ],
  damage: () =>
    onResults(FUNCTION.get, (message) => {
      const text = JSON.stringify(message.result ?? null);
      const rounded = text.replace(
        /\d{15,}/g,
        (digits) => `${digits.slice(0, 14)}${'0'.repeat(digits.length - 14)}`,
      );
      return rounded === text ? undefined : [{ ...message, result: JSON.parse(rounded) }];
    }),
};
