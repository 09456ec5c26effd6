import { encodeListGroupsResult } from '../../../generated/encode.js';
import type { StreamHandlers } from '../../../generated/handlers.js';
import { checkName } from '../../domain/address.js';
import { mapReady } from '../../domain/deferred.js';
import type { CallContext, Parts } from '../parts.js';

/** Ids of a stream's groups that hold an item, sorted. */
export function listGroups({ store, custom, settings }: Parts): StreamHandlers<CallContext>['listGroups'] {
  return (input, { trace }) => {
    checkName('stream_name', input.stream_name, settings().limits.max_name_bytes);
    const own = custom.listGroups(input.stream_name, trace);
    return own ?? mapReady(store.listGroups(input.stream_name), encodeListGroupsResult);
  };
}
