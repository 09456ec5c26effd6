import { itemAddress } from '../checks.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext } from '../function-context.js';

/** An item's value; no result when there is none. */
export function get({ store, custom, config }: FunctionContext): StreamHandlers<CallContext>['get'] {
  return (input, { trace }) => {
    const at = itemAddress(input, config.current);
    return custom.get(at, trace) ?? store.get(at);
  };
}
