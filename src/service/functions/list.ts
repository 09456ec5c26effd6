import { encodeListResult } from '../../../generated/messages/functions.js';
import { mapReady } from '../../domain/deferred.js';
import { groupAddress } from '../checks.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext } from '../function-context.js';

/** A group's values in creation order. */
export function list({ store, custom, config }: FunctionContext): StreamHandlers<CallContext>['list'] {
  return (input, { trace }) => {
    const at = groupAddress(input, config.current);
    return custom.list(at, trace) ?? mapReady(store.list(at), encodeListResult);
  };
}
