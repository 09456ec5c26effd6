import type { GroupHandle, GroupView, Observable, StreamItem, Unsubscribe } from './types.js';

/**
 * Observes a group; `listener` is called at once with an item of it, and then only when that changed.
 *
 * A function of its own, so that pages which do not use it do not load it.
 */
export function subscribeItem<T>(
  group: Pick<GroupHandle<T>, 'subscribe' | 'get'>,
  id: string,
  listener: (item: StreamItem<T> | undefined) => void,
): Unsubscribe {
  let last: StreamItem<T> | null | undefined = null;
  return group.subscribe(() => {
    const item = group.get(id);
    if (item === last) return;
    last = item;
    listener(item);
  });
}

/**
 * Resolves when the view of a group or item shows the change with this `seq`, of the reply to a write: read your own
 * writes. Observes it until then. Another epoch does not reject it: bound the wait where that matters.
 *
 * A function of its own, so that pages which do not use it do not load it.
 *
 * @throws StreamClientError when the handle ends (`closed`, `unauthorized`, …)
 */
export function whenSeq(
  handle: Pick<Observable<GroupView>, 'subscribe'>,
  epoch: string,
  seq: number,
): Promise<void> {
  let end: Unsubscribe | undefined;
  return new Promise<void>((resolve, reject) => {
    end = handle.subscribe((view) => {
      if (view.epoch === epoch && view.seq >= seq) resolve();
      else if (view.status === 'error') reject(view.error);
    });
  }).finally(() => end?.());
}
