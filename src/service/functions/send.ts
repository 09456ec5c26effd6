import type { JsonText } from '../../../generated/json-text.js';
import type { SendRequest } from '../../../generated/messages/functions.js';
import { checkName } from '../../domain/address.js';
import type { CustomEvent } from '../../domain/change.js';
import { mapReady } from '../../domain/deferred.js';
import type { Decided } from '../../wire/decided.js';
import { checkValue, groupAddress } from '../checks.js';
import type { StreamHandlers } from '../dispatch.js';
import type { CallContext, FunctionContext } from '../function-context.js';

type Input = Decided<SendRequest, 'stream_name' | 'group_id' | 'type' | 'data' | 'id'>;

/** Sends a custom event to whoever is subscribed now; nothing is stored. `sent` fires the triggers. */
export function send(
  context: FunctionContext,
  sent: (event: CustomEvent) => void,
): StreamHandlers<CallContext>['send'] {
  return (input: Input, { trace }) => {
    const config = context.config.current;
    const at = groupAddress(input, config);
    const item = input.id ?? undefined;
    if (item !== undefined) checkName('id', item, config.limits.max_name_bytes);
    checkValue('data', input.data, config);
    const event = { ...at, item, type: input.type, data: input.data, trace };
    const result = (published: CustomEvent): JsonText | undefined => {
      sent(published);
      return undefined;
    };
    return mapReady(context.store.publish(event), result);
  };
}
