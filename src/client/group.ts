import { SOCKET_MESSAGE, STREAM_EVENT } from '../../generated/constants.js';
import { MS, PAGE, STAGE, type Stage, TOLD } from './constants.js';
import { type Core, failure, type Group, type GroupObserver, type Incoming, type Timer } from './core.js';
import type { ItemView, SavedGroup, StreamClientError, StreamClientEvent, StreamItem } from './types.js';

/**
 * A cursor into a group (or to one item of it), the items at it, and who looks. Items and cursor move together, and only
 * by messages that were applied.
 *
 * | stage       | observed  | restored | socket open | lost    | ack `changes` | ack `sync` | sync  | change | refused         | left |
 * | ----------- | --------- | -------- | ----------- | ------- | ------------- | ---------- | ----- | ------ | --------------- | ---- |
 * | `off`       | restoring |          |             |         |               |            |       |        |                 |      |
 * | `restoring` |           | joining  |             |         |               |            |       |        |                 | off  |
 * | `joining`   |           |          | joining     | joining | live          | joining    | live  |        | joining¹, ended | off  |
 * | `live`      |           |          |             | joining | live          | joining    | live² | live²  | joining¹, ended | off  |
 * | `ended`     |           |          |             |         |               |            |       |        |                 | off  |
 *
 * An empty field ignores the event: it belongs to a subscription that is over. ¹ Again after a while. ² Unless it does not
 * fit what is here: that is thrown and breaks the connection, and the cursor is forgotten, so that a full sync follows.
 * `reconnect` leads from `ended` to joining. A closure, not a class: its variables become single letters in a bundle.
 *
 * @param id null: the whole group
 * @returns what is observed at the address already, if something is
 */
export function createGroup(
  core: Core,
  streamName: string,
  groupId: string,
  id: string | null,
  initial: SavedGroup | undefined,
): Group {
  /** Names the address; also where `persist` keeps it. */
  const key = JSON.stringify([streamName, groupId, id]);
  /** What is observed at the address now; a handle that was kept may be older than that. */
  const current = (): Group => core._groups.get(key) ?? group;
  const subscriptionId = Math.random() + '';
  const observers = new Set<GroupObserver>();
  /** By id, each with its place (D23): the seq that created it; below 0 for what a sync brought, in order. */
  let entries = new Map<unknown, readonly [place: number, item: StreamItem]>();
  /** The items in order, while none changed. */
  let list: readonly StreamItem[] | undefined;
  let stage: Stage = STAGE.off;
  let epoch = '';
  let seq = 0;
  /** What came before this seq is shown together with it: the rest of a catch-up, or of a transaction. */
  let target = 0;
  /** There is something to show, if only that the group is empty. */
  let isKnown: boolean | undefined;
  let error: StreamClientError | undefined;
  const events: StreamClientEvent[] = [];
  /** The pieces of a sync that came so far, and where they stand. */
  let pieces: unknown[];
  let place: unknown;
  let view = {} as ItemView;
  let retryTimer: Timer;
  let leaveTimer: Timer;

  const get = (itemId: string | null): StreamItem | undefined => entries.get(itemId)?.[1];
  const commit = (): void => {
    if (seq < target && stage === STAGE.live) return;
    list ??= [...entries.values()].sort(([a], [b]) => a - b).map(([, item]) => item);
    const next: ItemView = {
      ...(seq < target ? view : { items: list, item: get(id), epoch, seq }),
      status:
        stage < STAGE.live
          ? isKnown
            ? 'stale'
            : stage
              ? 'loading'
              : 'idle'
          : stage < STAGE.ended
            ? 'live'
            : 'error',
      error,
    };
    if (Object.entries(next).some(([name, value]) => view[name as keyof ItemView] !== value)) {
      view = next;
      core._tell(observers, TOLD.view, view);
      if (epoch && stage === STAGE.live) void core._guard('persist', () => core._persist?.save(key, next));
    }
    if (stage === STAGE.live) for (const event of events.splice(0)) core._tell(observers, TOLD.event, event);
  };
  const enter = (next: Stage, why?: StreamClientError): void => {
    clearTimeout(retryTimer);
    stage = next;
    error = why;
    place = 0;
    queueMicrotask(commit);
  };
  /** @param isSameHistory an item of the same rev is the same item, and keeps its identity */
  const stand = (saved: SavedGroup, isSameHistory?: unknown): void => {
    const old = entries;
    entries = new Map(
      saved.items.map((item, at, { length }) => {
        const known = old.get(item.id)?.[1];
        return [item.id, [at - length, isSameHistory && known?.rev === item.rev ? known : item]];
      }),
    );
    list = undefined;
    ({ epoch, seq } = saved);
    target = 0;
    isKnown = saved as never;
  };
  /** Asks for what changed. */
  const join = (): void => {
    enter(STAGE.joining, core._status.error ?? error);
    core._send(SOCKET_MESSAGE.join, {
      subscriptionId,
      streamName,
      groupId,
      id,
      items: true,
      ack: true,
      page: PAGE.items,
      since: epoch ? { epoch, seq } : undefined,
    });
  };
  /** The cursor is forgotten, and a full sync follows. */
  const misfit = (): void => {
    epoch = '';
    throw Error(key);
  };
  const streamed = (message: Incoming): void => {
    // Without an event it is one that cannot be.
    const {
      event: { type: kind, data, more, event } = message as never as NonNullable<Incoming['event']>,
      id: about,
      epoch: at = '',
      seq: next = 0,
    } = message;
    const isSame = at === epoch;
    if (id && about !== id) return;
    if (kind === STREAM_EVENT.unauthorized) {
      if (about === id) enter(STAGE.ended, failure(kind));
    } else if (kind === STREAM_EVENT.sync) {
      if (about !== id) return;
      if (isSame && stage === STAGE.live && next < seq) misfit();
      const here = at + next;
      const piece = (id ? (data === null ? [] : [data]) : data) as unknown[];
      pieces = here === place ? [...pieces, ...piece] : piece;
      place = more && here;
      if (place) return;
      if (!core._ack) {
        core._warn('no_acks', key);
        // Values of a server that does not know `items`: deployed clients find their ids in them.
        pieces = pieces.map((value, n) => ({
          id: id ?? (value as StreamItem | null)?.id ?? n + '',
          rev: 0,
          data: value,
        }));
      }
      stand({ items: pieces as StreamItem[], epoch: at, seq: next }, at && isSame);
      enter(STAGE.live);
    } else if (stage === STAGE.live) {
      if (kind === STREAM_EVENT.event)
        events.push({ ...event, id: about, timestamp: message.timestamp } as StreamClientEvent);
      else {
        const known = entries.get(about);
        const isDelete = kind === STREAM_EVENT.delete;
        const isUpdate = kind === STREAM_EVENT.update;
        // What nobody numbered has no place in the order.
        const isLate = next && !(isSame && next > seq);
        // Part of what is here: it was sent for another subscription to the same items, which was told later.
        if (isSame && isLate && (known ? known[1].rev >= next : isDelete)) return;
        if (isLate || !about || !(isUpdate ? known || !next : isDelete || kind === STREAM_EVENT.create))
          misfit();
        // An item that is created again goes to the end.
        if (!isUpdate) entries.delete(about);
        if (!isDelete)
          entries.set(about, [
            isUpdate && known ? known[0] : message.created || next || 1e99,
            { id: about as string, rev: next, data },
          ]);
        list = undefined;
        seq = next || seq;
        // Who follows one item is not sent the others of a transaction.
        if (message.more && !id) target = Math.max(target, seq + 1);
      }
      queueMicrotask(commit);
    }
  };
  const group: Group = {
    _view: () => view,
    _get: get,
    _join: join,
    _moved() {
      if (core._status.state === 'closed') {
        clearTimeout(leaveTimer);
        if (!observers.size) core._groups.delete(key);
        enter(STAGE.ended, core._status.error);
      } else if (stage > STAGE.restoring && stage < STAGE.ended) join();
    },
    _take(message) {
      const { type } = message;
      if (!(stage && stage < STAGE.ended)) return;
      if (message.subscriptionId === subscriptionId) {
        if (type === SOCKET_MESSAGE.subscribed) {
          // What changed of one item need not reach as far as its group did. Before a sync: half of a catch-up that was
          // cut off stays hidden until the sync replaces it.
          target = id ? 0 : (message.seq as number);
          enter(message.mode === STREAM_EVENT.sync ? STAGE.joining : STAGE.live);
        } else if (message.code) {
          enter(STAGE.ended, failure(message.code, message.message));
          // too_many_joins, unavailable and internal pass.
          if (/joins|^unav|^intern/.test(message.code)) {
            stage = STAGE.joining;
            retryTimer = setTimeout(join, core._delay(MS.refused));
          }
        }
      } else if (message.streamName === streamName && message.groupId === groupId) {
        if (type === SOCKET_MESSAGE.dropped) core._tell(observers, TOLD.dropped, message.count as number);
        else if (type === SOCKET_MESSAGE.stream) streamed(message);
      }
    },
    _observe(...observer) {
      clearTimeout(leaveTimer);
      if (!core._groups.has(key)) {
        core._groups.set(key, group);
        core._check();
        enter(core._status.state === 'closed' ? STAGE.ended : STAGE.restoring, core._status.error);
        commit();
        const restored = core._guard('persist', async () => {
          const saved = isKnown ? (0 as never) : await core._persist?.load(key);
          // It may have been left, or told to reconnect, meanwhile.
          if (saved && stage === STAGE.restoring) stand(saved);
        });
        void restored.then(() => {
          if (stage === STAGE.restoring) join();
        });
      }
      return core._add(observers, observer, view, () => {
        if (!observers.size)
          leaveTimer = setTimeout(() => {
            core._groups.delete(key);
            enter(STAGE.off);
            core._send(SOCKET_MESSAGE.leave, { subscriptionId });
            core._check();
          }, core._leaveAfterMs);
      });
    },
    subscribe: (listener) => current()._observe(listener),
    getSnapshot: () => current()._view(),
    onEvent: (listener, dropped) => current()._observe(undefined, listener, dropped),
    get: (itemId) => current()._get(itemId),
    item: (itemId, saved) => createGroup(core, streamName, groupId, itemId, saved),
  };
  if (initial) stand(initial);
  commit();
  return current();
}
