import { SOCKET_MESSAGE, STREAM_EVENT } from '../../generated/constants.js';
import type { ErrorMessage, ServerMessage, StreamMessage } from '../../generated/socket.js';
import type { Connection } from './connection.js';
import { failure } from './failure.js';
import { createItems } from './items.js';
import type { ReadOptions } from './options.js';
import type {
  ConnectionStatus,
  GroupHandle,
  ItemHandle,
  ItemView,
  SavedGroup,
  StreamClientError,
  StreamClientEvent,
  StreamItem,
  Unsubscribe,
} from './types.js';

/** What the groups of a client share. */
export interface Core extends ReadOptions {
  readonly connection: Connection;
  /** What is observed, by its key. */
  readonly groups: Map<string, Group>;
  nextId(): string;
  open(streamName: string, groupId: string, id?: string, initial?: SavedGroup): Group;
}

/** Who looks, and at what. */
export interface Observer {
  /** Called at once, and then with each new view. */
  view?(view: ItemView): void;
  event?(event: StreamClientEvent): void;
  dropped?: ((count: number) => void) | undefined;
}

/** What a client does with its groups. */
export interface Group {
  readonly handle: GroupHandle & ItemHandle;
  /** The key of the group that an item is in. */
  readonly parent: string | undefined;
  view(): ItemView;
  get(id: string): StreamItem | undefined;
  observe(observer: Observer): Unsubscribe;
  /** Takes what may be about this group. @throws Error for what cannot be */
  take(message: ServerMessage): void;
  /** The connection's state is another one. */
  connection(status: ConnectionStatus): void;
  join(): void;
  stop(): void;
}

/** Names an address; also where `persist` keeps it. */
export const keyOf = (streamName: string, groupId: string, id?: string | null): string =>
  JSON.stringify([streamName, groupId, id]);

/** The codes of refusals that pass. */
const TEMPORARY = /^(too_many_joins|unavailable|internal)$/;

/**
 * A cursor into a group (or to one item of it), the items at it, and who looks. Items and cursor move together, and only
 * by messages that were applied.
 *
 * | state       | observed  | restored | socket open | lost    | ack `changes`  | ack `sync` | sync  | change         | refused         | left |
 * | ----------- | --------- | -------- | ----------- | ------- | -------------- | ---------- | ----- | -------------- | --------------- | ---- |
 * | `off`       | restoring |          |             |         |                |            |       |                |                 |      |
 * | `restoring` |           | joining  |             | joining |                |            |       |                |                 | off  |
 * | `joining`   |           |          | joining     | joining | catching, live | syncing    | live¹ |                | joining², ended | off  |
 * | `catching`  |           |          |             | joining | catching, live | syncing    | live  | catching, live | joining², ended | off  |
 * | `syncing`   |           |          |             | joining | catching, live | syncing    | live  |                | joining², ended | off  |
 * | `live`      |           |          |             | joining | catching, live | syncing    | live³ | live³          | joining², ended | off  |
 * | `ended`     |           |          |             |         |                |            |       |                |                 | off  |
 *
 * An empty field ignores the event: it belongs to a subscription that is over. ¹ From a server that knows no
 * acknowledgements. ² Again after a while. ³ Unless it does not fit what is here: that is thrown and breaks the connection,
 * and the cursor is forgotten, so that a full sync follows. `reconnect` leads from `ended` to joining.
 *
 * A closure and no class: its variables become single letters in a bundle.
 */
export function createGroup(
  core: Core,
  streamName: string,
  groupId: string,
  id: string | undefined,
  initial: SavedGroup | undefined,
): Group {
  const { groups, connection, persist, warn } = core;
  const key = keyOf(streamName, groupId, id);
  const parent = id === undefined ? undefined : keyOf(streamName, groupId);
  const subscriptionId = core.nextId();
  const address = id === undefined ? { streamName, groupId } : { streamName, groupId, id };
  const items = createItems();
  const observers = new Set<Observer>();
  let state: 'off' | 'restoring' | 'joining' | 'catching' | 'syncing' | 'live' | 'ended' = 'off';
  let epoch = '';
  let seq = 0;
  /** There is something to show, if only that the group is empty. */
  let isKnown = false;
  let error: StreamClientError | undefined;
  /** Came before the last of a catch-up. They are applied together: nobody sees half of it. */
  const held: StreamMessage[] = [];
  const heldEvents: StreamMessage[] = [];
  let target = 0;
  let refusals = 0;
  let view = {} as ItemView;
  let isScheduled = false;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let leaveTimer: ReturnType<typeof setTimeout> | undefined;

  const call = <K extends keyof Observer>(
    observer: Observer,
    kind: K,
    value: Parameters<NonNullable<Observer[K]>>[0],
  ): void => {
    try {
      (observer[kind] as ((value: unknown) => void) | undefined)?.(value);
    } catch (fault) {
      warn('listener_failed', fault);
    }
  };
  /** One that another one ended meanwhile is not called any more. */
  const tell = <K extends keyof Observer>(kind: K, value: Parameters<NonNullable<Observer[K]>>[0]): void => {
    for (const observer of [...observers]) if (observers.has(observer)) call(observer, kind, value);
  };
  const persistFailed = (fault: unknown): void => warn('persist_failed', fault);
  const commit = (): void => {
    isScheduled = false;
    const list = items.list();
    const status =
      state === 'live'
        ? state
        : state === 'ended'
          ? 'error'
          : isKnown
            ? 'stale'
            : state === 'off'
              ? 'idle'
              : 'loading';
    const next: ItemView = {
      status,
      items: list,
      item: id === undefined ? undefined : list[0],
      epoch,
      seq,
      error,
    };
    if (!Object.entries(next).some(([name, value]) => view[name as keyof ItemView] !== value)) return;
    view = Object.freeze(next);
    tell('view', view);
    if (persist && status === 'live' && epoch) {
      Promise.resolve(next)
        .then((saved) => persist.save(key, saved))
        .catch(persistFailed);
    }
  };
  const changed = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    queueMicrotask(commit);
  };
  const enter = (next: typeof state, why?: StreamClientError): void => {
    clearTimeout(retryTimer);
    state = next;
    error = why;
    changed();
  };
  const stand = (saved: SavedGroup, isSameHistory?: boolean): void => {
    items.replace(saved.items, isSameHistory);
    epoch = saved.epoch;
    seq = saved.seq;
    isKnown = true;
  };
  /** Asks for what changed; without a socket nothing is sent, and it is called again when there is one. */
  const join = (): void => {
    enter('joining');
    const data = { subscriptionId, ...address, items: true, ack: true };
    connection.send({ type: SOCKET_MESSAGE.join, data: epoch ? { ...data, since: { epoch, seq } } : data });
  };
  const misfit = (message: StreamMessage): never => {
    epoch = '';
    throw new Error(JSON.stringify(message));
  };
  const apply = (message: StreamMessage): void => {
    const { event, seq: next } = message;
    if (event.type === STREAM_EVENT.event) {
      commit();
      tell('event', { ...event.event, id: message.id, timestamp: message.timestamp });
      return;
    }
    // What nobody numbered has no place in the order.
    if (next !== undefined && !(next > seq && message.epoch === epoch)) {
      // Sent for another subscription to the same items, which was told later.
      if (message.epoch === epoch && items.has(message)) return;
      misfit(message);
    }
    if (!items.apply(message)) misfit(message);
    seq = next ?? seq;
    changed();
  };
  const release = (messages: StreamMessage[]): void => {
    for (const message of messages.splice(0)) apply(message);
  };
  const sync = (message: StreamMessage, data: unknown): void => {
    const next = { epoch: message.epoch ?? '', seq: message.seq ?? 0 };
    const isSameHistory = next.epoch !== '' && next.epoch === epoch;
    if (state === 'live' && isSameHistory && next.seq < seq) misfit(message);
    const list = (id === undefined ? data : data === null ? [] : [data]) as StreamItem[];
    if (connection.acknowledges()) stand({ ...next, items: list }, isSameHistory);
    else {
      // Values of a server that does not know `items`: deployed clients find their ids in them.
      warn('no_acknowledgements', message);
      const own = (value: StreamItem | null, at: number) => ({
        id: id ?? value?.id ?? `${at}`,
        rev: 0,
        data: value,
      });
      stand({ epoch: '', seq: 0, items: list.map(own) });
    }
    held.length = heldEvents.length = 0;
    enter('live');
  };
  const refused = ({ code, message }: ErrorMessage): void => {
    if (TEMPORARY.test(code)) {
      enter('joining');
      retryTimer = setTimeout(join, core.delay(1_000 * refusals++));
    } else enter('ended', failure(code, message));
  };
  const streamed = (message: StreamMessage): void => {
    const { event } = message;
    const isMine = message.id === (id ?? null);
    if (event.type === STREAM_EVENT.unauthorized) {
      if (isMine) enter('ended', failure(event.type));
    } else if (event.type === STREAM_EVENT.sync) {
      if (isMine && (state !== 'joining' || !connection.acknowledges())) sync(message, event.data);
    } else if (state === 'live') apply(message);
    else if (state === 'catching' && event.type === STREAM_EVENT.event) heldEvents.push(message);
    else if (state === 'catching') {
      held.push(message);
      if (!((message.seq ?? 0) >= target)) return;
      release(held);
      enter('live');
      release(heldEvents);
    }
  };
  const stop = (): void => {
    clearTimeout(leaveTimer);
    if (state === 'ended') return;
    connection.send({ type: SOCKET_MESSAGE.leave, data: { subscriptionId } });
    enter('off');
  };
  const start = async (): Promise<void> => {
    groups.set(key, group);
    connection.start();
    enter('restoring');
    group.connection(connection.status());
    commit();
    try {
      const saved = isKnown ? undefined : await persist?.load(key);
      if (saved) stand(saved);
    } catch (fault) {
      persistFailed(fault);
    }
    if (state === 'restoring') join();
  };
  const observe = (observer: Observer): Unsubscribe => {
    clearTimeout(leaveTimer);
    if (!groups.has(key)) void start();
    observers.add(observer);
    call(observer, 'view', view);
    return () => {
      if (!observers.delete(observer) || observers.size > 0) return;
      leaveTimer = setTimeout(() => {
        groups.delete(key);
        stop();
        if (groups.size === 0) connection.stop();
      }, core.leaveAfterMs);
    };
  };
  /** What is observed at this address; a handle that was kept may be an older one. */
  const current = (): Group => groups.get(key) ?? group;

  const group: Group = {
    parent,
    observe,
    get: items.get,
    view: () => view,
    stop,
    join,
    connection({ state: at, error: why }) {
      if (state === 'off' || state === 'ended') return;
      if (at === 'closed') enter('ended', why);
      else if (state === 'restoring') return;
      else if (at === 'open') join();
      else {
        refusals = 0;
        try {
          release(held);
        } catch {
          // The cursor is forgotten, and a full sync follows anyway.
        }
        enter('joining', why ?? error);
      }
    },
    take(message) {
      if (state === 'off' || state === 'ended') return;
      const isMine = 'subscriptionId' in message && message.subscriptionId === subscriptionId;
      if (message.type === SOCKET_MESSAGE.stream) streamed(message);
      else if (message.type === SOCKET_MESSAGE.dropped) {
        if (keyOf(message.streamName, message.groupId) === (parent ?? key)) {
          tell('dropped', message.count);
        }
      } else if (isMine && message.type === SOCKET_MESSAGE.subscribed) {
        held.length = heldEvents.length = 0;
        target = message.seq;
        if (message.mode === STREAM_EVENT.sync) enter('syncing', error);
        // What changed of one item need not reach as far as its group did.
        else if (seq < target && !parent) enter('catching', error);
        else enter('live');
      } else if (isMine && message.type === SOCKET_MESSAGE.error) refused(message);
    },
    handle: {
      ...address,
      id: id as string,
      subscribe: (listener) => current().observe({ view: listener }),
      getSnapshot: () => current().view(),
      onEvent: (event, dropped) => current().observe({ event, dropped }),
      get: (item) => current().get(item),
      subscribeItem(item, listener) {
        let last: StreamItem | null | undefined = null;
        return current().observe({
          view() {
            const now = current().get(item);
            if (now === last) return;
            last = now;
            listener(now);
          },
        });
      },
      whenSeq: (of, at) =>
        new Promise((resolve, reject) => {
          const end = current().observe({
            view(now) {
              const isThere = now.epoch === of && now.seq >= at;
              if (!isThere && now.status !== 'error') return;
              if (isThere) resolve();
              else reject(now.error);
              // The first call comes before `end` is known.
              queueMicrotask(() => end());
            },
          });
        }),
      item: (item, from) => core.open(streamName, groupId, item, from).handle,
    },
  };
  if (initial) stand(initial);
  commit();
  return group;
}
