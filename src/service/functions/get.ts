import type { StreamHandlers } from '../../../generated/handlers.js';
import { itemAddress } from '../checks.js';
import type { CallContext, Parts } from '../parts.js';

/** An item's value; no result when there is none. */
export function get({ store, custom, settings }: Parts): StreamHandlers<CallContext>['get'] {
  return (input, { trace }) => {
    const at = itemAddress(input, settings());
    return custom.get(at, trace) ?? store.get(at);
  };
}
