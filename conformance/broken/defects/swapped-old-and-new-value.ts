import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect } from '../defect.js';

/** `set` answers the two values in each other's place. */
export const defect: Defect = {
  id: 'swapped-old-and-new-value',
  among: ['functions/*', 'update/a*', 'custom-streams/*'],
  breaks: [
    'functions/set-of-a-new-item-answers-null-as-old-value',
    'functions/set-answers-the-value-before',
    'functions/set-answers-the-new-value',
    'functions/set-after-delete-starts-anew',
    'functions/values-may-be-strings',
    'functions/values-may-be-empty-strings',
    'functions/values-may-be-numbers',
    'functions/values-may-be-booleans',
    'functions/values-may-be-arrays',
    'functions/values-may-be-objects',
    'functions/empty-containers-stay-what-they-are',
    'functions/unicode-survives',
    'functions/integers-up-to-2-53-survive',
    'functions/floats-and-exponents-survive',
    'functions/large-values-survive',
    'functions/objects-with-many-keys-survive',
    'functions/nested-values-survive',
    'functions/keys-with-a-meaning-in-javascript-are-data',
    'custom-streams/set-answers-what-the-function-returns',
  ],
  damage: () =>
    onResults(FUNCTION.set, (message) => {
      const { old_value, new_value } = message.result;
      return [{ ...message, result: { old_value: new_value, new_value: old_value } }];
    }),
};
