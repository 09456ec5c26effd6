import { encodeSetResult } from '../../../generated/encode.js';
import type { StreamHandlers } from '../../../generated/handlers.js';
import { mapReady } from '../../domain/deferred.js';
import { NULL } from '../../domain/json-text.js';
import { checkValue, itemAddress } from '../checks.js';
import type { CallContext, Parts } from '../parts.js';

/** Creates an item or overwrites its value; an overwrite keeps its place in the group. */
export function set({ store, custom, settings }: Parts): StreamHandlers<CallContext>['set'] {
  return (input, { trace }) => {
    const at = itemAddress(input, settings());
    checkValue('data', input.data, settings());
    const own = custom.set(at, input.data, trace);
    if (own !== undefined) return own;
    const committed = store.commit(at, { kind: 'set', value: input.data }, trace);
    return mapReady(committed, ({ old }) =>
      encodeSetResult({ old_value: old ?? NULL, new_value: input.data }),
    );
  };
}
