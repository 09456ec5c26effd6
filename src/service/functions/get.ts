import { encodeItemResult, type GetRequest } from '../../../generated/messages/functions.js';
import { mapReady } from '../../domain/deferred.js';
import type { ItemAt } from '../../store/port.js';
import type { Decided } from '../../wire/decided.js';
import { itemAddress } from '../checks.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext } from '../function-context.js';

type Input = Decided<GetRequest, 'stream_name' | 'group_id' | 'item_id' | 'items'>;

/** An item's value, or with `items` its rev too; no result when there is none. */
export function get({ store, custom, config }: FunctionContext): StreamHandlers<CallContext>['get'] {
  return (input: Input, { trace }) => {
    const at = itemAddress(input, config.current);
    const own = custom.get(at, input, trace);
    if (own !== undefined) return own;
    return input.items === true ? mapReady(store.item(at), itemText) : store.get(at);
  };
}

function itemText(found: ItemAt | undefined) {
  if (found === undefined) return undefined;
  const { id, rev, value } = found.item;
  return encodeItemResult({ id, rev, epoch: found.epoch, data: value });
}
