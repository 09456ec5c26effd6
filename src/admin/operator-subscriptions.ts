import type { Hub } from '../delivery/hub.js';
import type { SubscriptionService } from '../service/service-port.js';

/**
 * Subscriptions of whoever may use the admin listener: no auth function, and no join and leave handlers either. An
 * operator who looks at a group is not present in it.
 */
export const operatorSubscriptions = (hub: Hub): SubscriptionService => ({
  authenticate: () => Promise.resolve({ allowed: true, context: undefined }),
  join(outlet, request, _context, settled) {
    hub.unsubscribe(outlet, request.subscriptionId);
    hub.subscribe(outlet, request);
    settled(true);
  },
  find: (outlet, id) => hub.find(outlet, id),
  count: (outlet) => hub.count(outlet),
  leave: (outlet, id) => void hub.unsubscribe(outlet, id),
  disconnect: (outlet) => void hub.disconnect(outlet),
  drained: (outlet) => hub.drained(outlet),
});
