import { encodeListGroupsResult, type ListGroupsRequest } from '../../../generated/messages/functions.js';
import { checkName } from '../../domain/address.js';
import { mapReady } from '../../domain/deferred.js';
import type { Decided } from '../../wire/decided.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext } from '../function-context.js';

type Input = Decided<ListGroupsRequest, 'stream_name'>;

/** Ids of a stream's groups that hold an item, sorted. */
export function listGroups({
  store,
  custom,
  config,
}: FunctionContext): StreamHandlers<CallContext>['listGroups'] {
  return (input: Input, { trace }) => {
    checkName('stream_name', input.stream_name, config.current.limits.max_name_bytes);
    const own = custom.listGroups(input.stream_name, trace);
    return own ?? mapReady(store.listGroups(input.stream_name), encodeListGroupsResult);
  };
}
