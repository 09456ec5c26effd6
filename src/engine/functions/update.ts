import { encodeUpdateResult } from '../../../generated/encode.js';
import type { StreamHandlers } from '../../../generated/handlers.js';
import type { JsonText } from '../../../generated/json-text.js';
import { NULL } from '../../domain/json-text.js';
import { then } from '../../domain/maybe.js';
import { applyUpdate, type UpdateOutcome } from '../../domain/update-ops.js';
import { checkValue, itemAddress } from '../checks.js';
import type { CallContext, Parts } from '../parts.js';

/** Applies ops to one item, atomically; a failed op is reported and the others still apply. */
export function update({ store, custom, settings }: Parts): StreamHandlers<CallContext>['update'] {
  return (input, { trace }) => {
    const at = itemAddress(input, settings());
    let outcome: UpdateOutcome | undefined;
    const apply = (current: JsonText | undefined): JsonText | undefined => {
      outcome = applyUpdate(current, input.ops, input.opsText);
      if (outcome.value !== undefined) checkValue('ops', outcome.value, settings());
      return outcome.value;
    };
    const result = (old: JsonText | undefined, next: JsonText | undefined) =>
      encodeUpdateResult({ old_value: old ?? NULL, new_value: next ?? old ?? NULL, errors: outcome?.errors });
    const own = custom.update(at, apply, trace, result);
    if (own !== undefined) return own;
    const committed = store.commit(at, { kind: 'update', apply }, trace);
    return then(committed, ({ change, old }) => result(old, change?.value));
  };
}
