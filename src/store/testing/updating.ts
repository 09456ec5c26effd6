import type { UpdateOp } from '../../../generated/functions.js';
import { jsonOf } from '../../domain/json-text.js';
import { applyUpdate, succeededOps, type Updated } from '../../domain/update-ops.js';
import type { Mutation } from '../port.js';

/** An update as `stream::update` makes it. */
export function updating(...ops: readonly UpdateOp[]): Mutation {
  let errors: Updated<unknown>['errors'] = [];
  return {
    kind: 'update',
    apply: (current) => {
      const updated = applyUpdate(current, ops);
      ({ errors } = updated);
      return updated.value;
    },
    ops: () => succeededOps(ops, jsonOf({ ops }), errors),
  };
}
