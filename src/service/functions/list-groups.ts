import { encodeListGroupsResult } from '../../../generated/messages/functions.js';
import { checkName } from '../../domain/address.js';
import { mapReady } from '../../domain/deferred.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext } from '../function-context.js';

/** Ids of a stream's groups that hold an item, sorted. */
export function listGroups({
  store,
  custom,
  config,
}: FunctionContext): StreamHandlers<CallContext>['listGroups'] {
  return (input, { trace }) => {
    checkName('stream_name', input.stream_name, config.current.limits.max_name_bytes);
    const own = custom.listGroups(input.stream_name, trace);
    return own ?? mapReady(store.listGroups(input.stream_name), encodeListGroupsResult);
  };
}
