import type { StreamHandlers } from '../../../generated/handlers.js';
import { checkName } from '../../domain/address.js';
import type { CustomEvent } from '../../domain/change.js';
import { mapReady } from '../../domain/deferred.js';
import { checkValue, groupAddress } from '../checks.js';
import type { CallContext, Parts } from '../parts.js';

/** Sends a custom event to whoever is subscribed now; nothing is stored. `sent` fires the triggers. */
export function send(parts: Parts, sent: (event: CustomEvent) => void): StreamHandlers<CallContext>['send'] {
  return (input, { trace }) => {
    const settings = parts.settings();
    const at = groupAddress(input, settings);
    const item = input.id ?? undefined;
    if (item !== undefined) checkName('id', item, settings.limits.max_name_bytes);
    checkValue('data', input.data, settings);
    const event = { ...at, item, type: input.type, data: input.data, trace };
    return mapReady(parts.store.publish(event), (published) => {
      sent(published);
      return undefined;
    });
  };
}
