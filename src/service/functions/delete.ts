import { type DeleteRequest, encodeDeleteResult } from '../../../generated/messages/functions.js';
import { mapReady } from '../../domain/deferred.js';
import { NULL } from '../../domain/json-text.js';
import type { Decided } from '../../wire/decided.js';
import { itemAddress } from '../checks.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext } from '../function-context.js';
import { receiptFields, type WriteField, writeOptions } from '../write-options.js';

type Input = Decided<DeleteRequest, 'stream_name' | 'group_id' | 'item_id' | WriteField>;

/** Removes an item; where there is none nothing happens, and nobody is told. */
export function remove({ store, custom, config }: FunctionContext): StreamHandlers<CallContext>['delete'] {
  return (input: Input, { trace }) => {
    const at = itemAddress(input, config.current);
    const options = writeOptions(input, config.current);
    const own = custom.delete(at, input, trace);
    if (own !== undefined) return own;
    if (options === undefined) {
      return mapReady(store.commit(at, { kind: 'delete' }, trace), ({ old }) =>
        encodeDeleteResult({
          old_value: old ?? NULL,
          rev: undefined,
          epoch: undefined,
          outcome: undefined,
        }),
      );
    }
    const { guard, isBrief } = options;
    return mapReady(store.commit(at, { kind: 'delete', guard }, trace), ({ old, receipt }) =>
      encodeDeleteResult({
        old_value: isBrief ? undefined : (old ?? NULL),
        ...receiptFields(options, receipt),
      }),
    );
  };
}
