import type { UpdateOpError } from '../../../generated/functions.js';
import type { JsonText } from '../../../generated/json-text.js';
import { encodeUpdateResult, type UpdateRequest } from '../../../generated/messages/functions.js';
import { mapReady } from '../../domain/deferred.js';
import { NULL } from '../../domain/json-text.js';
import { applyUpdate, refuseInexactOps } from '../../domain/update-ops.js';
import type { Decided } from '../../wire/decided.js';
import { checkValue, itemAddress } from '../checks.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext } from '../function-context.js';

type Input = Decided<UpdateRequest, 'stream_name' | 'group_id' | 'item_id' | 'ops'>;

const told = (errors: readonly UpdateOpError[]) =>
  errors.length === 0 ? undefined : errors.map((error) => ({ doc_url: undefined, ...error }));

/** Applies ops to one item, atomically; a failed op is reported and the others still apply. */
export function update({ store, custom, config }: FunctionContext): StreamHandlers<CallContext>['update'] {
  return (input: Input, { trace }, text) => {
    const at = itemAddress(input, config.current);
    refuseInexactOps(text);
    let errors: readonly UpdateOpError[] = [];
    // Pure, and the errors are those of its last run: a store may run it again on a newer value.
    const apply = (current: JsonText | undefined): JsonText => {
      const outcome = applyUpdate(current, input.ops);
      checkValue('ops', outcome.value, config.current);
      errors = outcome.errors;
      return outcome.value;
    };
    const result = (old: JsonText | undefined, next: JsonText): JsonText =>
      encodeUpdateResult({ old_value: old ?? NULL, new_value: next, errors: told(errors) });
    const own = custom.update(at, apply, trace, result);
    if (own !== undefined) return own;
    const committed = store.commit(at, { kind: 'update', apply }, trace);
    return mapReady(committed, ({ change, old }) => result(old, change?.value ?? old ?? NULL));
  };
}
