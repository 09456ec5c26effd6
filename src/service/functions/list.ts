import { encodeListResult } from '../../../generated/encode.js';
import type { StreamHandlers } from '../../../generated/handlers.js';
import { mapReady } from '../../domain/deferred.js';
import { groupAddress } from '../checks.js';
import type { CallContext, Parts } from '../parts.js';

/** A group's values in creation order. */
export function list({ store, custom, settings }: Parts): StreamHandlers<CallContext>['list'] {
  return (input, { trace }) => {
    const at = groupAddress(input, settings());
    return custom.list(at, trace) ?? mapReady(store.list(at), encodeListResult);
  };
}
