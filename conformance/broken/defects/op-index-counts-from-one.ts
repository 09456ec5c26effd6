import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect, Message } from '../defect.js';

/** Errors of `update` name the op after the one at fault. */
export const defect: Defect = {
  id: 'op-index-counts-from-one',
  among: ['update/*'],
  breaks: [
    'update/reports-a-failed-op-and-applies-the-others',
    'update/vectors-set-of-fields-of-other-values',
    'update/vectors-set-of-the-rest',
    'update/vectors-increment-of-root',
    'update/vectors-increment-of-fields',
    'update/vectors-increment-of-fields-of-other-values',
    'update/vectors-increment-of-numbers',
    'update/vectors-decrement-of-root',
    'update/vectors-decrement-of-fields',
    'update/vectors-decrement-of-fields-of-other-values',
    'update/vectors-decrement-of-numbers',
    'update/vectors-append-of-root',
    'update/vectors-append-of-fields',
    'update/vectors-append-of-fields-of-other-values',
    'update/vectors-remove-of-fields-of-other-values',
    'update/vectors-merge-of-values',
    'update/vectors-merge-of-fields',
    'update/vectors-bounds-of-merge-path-length',
    'update/vectors-bounds-of-set-path-length',
    'update/vectors-bounds-of-set-prototype-keys',
    'update/vectors-bounds-of-increment-path-length',
    'update/vectors-bounds-of-increment-prototype-keys',
    'update/vectors-bounds-of-decrement-path-length',
    'update/vectors-bounds-of-decrement-prototype-keys',
    'update/vectors-bounds-of-append-path-length',
    'update/vectors-bounds-of-append-prototype-keys',
    'update/vectors-bounds-of-remove-path-length',
    'update/vectors-bounds-of-remove-prototype-keys',
    'update/vectors-bounds-of-merge-prototype-keys',
    'update/vectors-bounds-of-merge-nested-paths',
    'update/vectors-bounds-of-stored-prototype-keys',
    'update/vectors-bounds-of-merge-value-size',
    'update/vectors-chosen-rules-of-bounds',
    'update/vectors-checks-come-in-order',
    'update/vectors-chosen-rules-of-order',
    'update/vectors-ops-together',
    'update/vectors-chosen-rules-of-ops',
    'update/vectors-ops-with-failures',
    'update/vectors-nested-paths-of-set',
    'update/vectors-nested-paths-of-increment',
    'update/vectors-nested-paths-of-decrement',
    'update/vectors-nested-paths-of-append',
    'update/vectors-nested-paths-of-remove',
    'update/vectors-nested-paths-of-bounds',
    'update/vectors-nested-paths-of-order',
    'update/vectors-nested-paths-of-ops',
    'update/exact-numbers-untouched',
    'update/exact-numbers-refused',
  ],
  damage: () =>
    onResults(FUNCTION.update, (message) => {
      const { errors, ...rest } = message.result;
      if (errors === undefined) return undefined;
      const moved = errors.map((error: Message) => ({ ...error, op_index: error.op_index + 1 }));
      return [{ ...message, result: { ...rest, errors: moved } }];
    }),
};
