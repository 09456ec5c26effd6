import { encodeListResult, type ListRequest } from '../../../generated/messages/functions.js';
import { mapReady } from '../../domain/deferred.js';
import type { Decided } from '../../wire/decided.js';
import { groupAddress } from '../checks.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext } from '../function-context.js';

type Input = Decided<ListRequest, 'stream_name' | 'group_id'>;

/** A group's values in creation order. */
export function list({ store, custom, config }: FunctionContext): StreamHandlers<CallContext>['list'] {
  return (input: Input, { trace }) => {
    const at = groupAddress(input, config.current);
    return custom.list(at, trace) ?? mapReady(store.list(at), encodeListResult);
  };
}
