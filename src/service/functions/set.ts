import { encodeSetResult, type SetRequest } from '../../../generated/messages/functions.js';
import { mapReady } from '../../domain/deferred.js';
import { NULL } from '../../domain/json-text.js';
import type { Committed } from '../../store/port.js';
import type { Decided } from '../../wire/decided.js';
import { checkValue, writtenAddress } from '../checks.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext } from '../function-context.js';
import { receiptFields, type WriteField, writeOptions } from '../write-options.js';

type Input = Decided<
  SetRequest,
  'stream_name' | 'group_id' | 'item_id' | 'data' | 'ttl_ms' | 'owner' | WriteField
>;

/** Creates an item or overwrites its value; an overwrite keeps its place in the group. */
export function set({
  custom,
  owners,
  lifetimes,
  config,
}: FunctionContext): StreamHandlers<CallContext>['set'] {
  return (input: Input, { trace }) => {
    const at = writtenAddress(input, config.current);
    checkValue('data', input.data, config.current);
    const options = writeOptions(input, config.current);
    const own = custom.set(at, input, trace);
    if (own !== undefined) return own;
    const life = lifetimes.of(input, 'set', at.stream);
    if (options === undefined) {
      const value = input.data;
      const mutation =
        life === undefined ? ({ kind: 'set', value } as const) : ({ kind: 'set', value, life } as const);
      return mapReady(owners.commit(at, mutation, trace), ({ old }) =>
        encodeSetResult({
          old_value: old ?? NULL,
          new_value: value,
          rev: undefined,
          epoch: undefined,
          outcome: undefined,
        }),
      );
    }
    const { guard, isBrief } = options;
    const result = ({ change, old, receipt }: Committed) =>
      encodeSetResult({
        old_value: isBrief ? undefined : (old ?? NULL),
        new_value: isBrief ? undefined : (change?.value ?? old ?? NULL),
        ...receiptFields(options, receipt),
      });
    return mapReady(owners.commit(at, { kind: 'set', value: input.data, guard, life }, trace), result);
  };
}
