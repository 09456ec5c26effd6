import type { Address, Core, Group } from './group-port.js';
import type { GroupHandle, ItemHandle, StreamItem } from './types.js';

/**
 * What an app holds of an address. It has no `#private` fields: some frameworks wrap what they are given in proxies.
 *
 * @param current what is observed at the address now; a handle that was kept may be older than that
 */
export const createHandle = (
  core: Core,
  address: Address,
  current: () => Group,
): GroupHandle & ItemHandle => ({
  ...(address as Required<Address>),
  subscribe: (view) => current().observe({ view }),
  getSnapshot: () => current().view(),
  onEvent: (event, dropped) => current().observe({ event, dropped }),
  get: (id) => current().get(id),
  subscribeItem(id, listener) {
    let last: StreamItem | null | undefined = null;
    return current().observe({
      view() {
        const item = current().get(id);
        if (item === last) return;
        last = item;
        listener(item);
      },
    });
  },
  whenSeq: (epoch, seq) =>
    new Promise((resolve, reject) => {
      const end = current().observe({
        view(view) {
          const isThere = view.epoch === epoch && view.seq >= seq;
          if (!isThere && view.status !== 'error') return;
          if (isThere) resolve();
          else reject(view.error);
          // The first call comes before `end` is known.
          queueMicrotask(() => end());
        },
      });
    }),
  item: (id, initial) => core.open(address.streamName, address.groupId, id, initial).handle,
});
