import type { UpdateOp } from '../../../generated/functions.js';
import { jsonOf } from '../../domain/json-text.js';
import { applyUpdate, succeededOps, type Updated } from '../../domain/update-ops.js';
import type { Mutation } from '../port.js';

/** An update as `stream::update` makes it. */
export function updating(...ops: readonly UpdateOp[]): Mutation {
  let updated: Updated<unknown> | undefined;
  return {
    kind: 'update',
    apply: (current) => {
      const applied = applyUpdate(current, ops);
      updated = applied;
      return applied.value;
    },
    ops: () => updated && succeededOps(ops, jsonOf({ ops }), updated),
  };
}
