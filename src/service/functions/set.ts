import { encodeSetResult, type SetRequest } from '../../../generated/messages/functions.js';
import { mapReady } from '../../domain/deferred.js';
import { NULL } from '../../domain/json-text.js';
import type { Decided } from '../../wire/decided.js';
import { checkValue, itemAddress } from '../checks.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext } from '../function-context.js';

type Input = Decided<SetRequest, 'stream_name' | 'group_id' | 'item_id' | 'data'>;

/** Creates an item or overwrites its value; an overwrite keeps its place in the group. */
export function set({ store, custom, config }: FunctionContext): StreamHandlers<CallContext>['set'] {
  return (input: Input, { trace }) => {
    const at = itemAddress(input, config.current);
    checkValue('data', input.data, config.current);
    const own = custom.set(at, input.data, trace);
    if (own !== undefined) return own;
    const committed = store.commit(at, { kind: 'set', value: input.data }, trace);
    return mapReady(committed, ({ old }) =>
      encodeSetResult({ old_value: old ?? NULL, new_value: input.data }),
    );
  };
}
