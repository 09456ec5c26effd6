import type { GetRequest } from '../../../generated/messages/functions.js';
import type { Decided } from '../../wire/decided.js';
import { itemAddress } from '../checks.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext } from '../function-context.js';

type Input = Decided<GetRequest, 'stream_name' | 'group_id' | 'item_id'>;

/** An item's value; no result when there is none. */
export function get({ store, custom, config }: FunctionContext): StreamHandlers<CallContext>['get'] {
  return (input: Input, { trace }) => {
    const at = itemAddress(input, config.current);
    return custom.get(at, trace) ?? store.get(at);
  };
}
