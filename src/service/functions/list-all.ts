import { encodeListAllResult, type ListAllRequest } from '../../../generated/messages/functions.js';
import { mapReady } from '../../domain/deferred.js';
import type { StreamListing } from '../../store/port.js';
import type { Decided } from '../../wire/decided.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext } from '../function-context.js';

type Input = Decided<ListAllRequest, never>;

/** Every stream that holds an item, with its groups; both sorted. Custom streams keep their own books and are not in it. */
export function listAll({ store }: FunctionContext): StreamHandlers<CallContext>['listAll'] {
  const encode = (listings: readonly StreamListing[]) => {
    const stream = listings.map(({ id, groups }) => ({ id, groups: [...groups] }));
    return encodeListAllResult({ stream, count: stream.length });
  };
  return (_input: Input) => mapReady(store.listAll(), encode);
}
