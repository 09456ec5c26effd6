import { SOCKET_MESSAGE, STREAM_EVENT } from '../../generated/constants.js';
import type { ErrorMessage, StreamMessage, SyncEvent } from '../../generated/socket.js';
import { failure } from './failure.js';
import { type Core, type Group, keyOf } from './group-port.js';
import { createHandle } from './handle.js';
import { createItems, plainItems } from './items.js';
import { createObservers, type Observer } from './observers.js';
import { createPieces } from './pieces.js';
import type {
  ItemView,
  SavedGroup,
  StreamClientError,
  StreamItem,
  Unsubscribe,
  ViewStatus,
} from './types.js';

/** Items in a piece of a sync; a long one comes in many, and no frame is endless. */
const PAGE = 500;

/** States that show for what they are; in all others it counts whether there is something to show. */
const STATUS: Partial<Record<string, ViewStatus>> = { live: 'live', ended: 'error' };

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
  const pieces = createPieces();
  let state: 'off' | 'restoring' | 'joining' | 'catching' | 'syncing' | 'live' | 'ended' = 'off';
  let epoch = '';
  let seq = 0;
  /** There is something to show, if only that the group is empty. */
  let isKnown = false;
  let error: StreamClientError | undefined;
  /** Came before the last of a catch-up: applied together, so that nobody sees half of it. */
  const held: StreamMessage[] = [];
  let target = 0;
  let refusals = 0;
  let view = {} as ItemView;
  let isScheduled = false;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let leaveTimer: ReturnType<typeof setTimeout> | undefined;

  const { all, call, tell } = createObservers(warn);
  const attempt = async (use: () => unknown): Promise<void> => {
    try {
      await use();
    } catch (fault) {
      warn('persist_failed', fault);
    }
  };
  const commit = (): void => {
    isScheduled = false;
    const list = items.list();
    const next: ItemView = {
      status: STATUS[state] ?? (isKnown ? 'stale' : state === 'off' ? 'idle' : 'loading'),
      items: list,
      item: parent ? list[0] : undefined,
      epoch,
      seq,
      error,
    };
    if (!Object.entries(next).some(([name, value]) => view[name as keyof ItemView] !== value)) return;
    view = Object.freeze(next);
    tell('view', view);
    if (persist && state === 'live' && epoch) void attempt(() => persist.save(key, next));
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
    const data = { subscriptionId, ...address, items: true, ack: true, ...(parent ? {} : { page: PAGE }) };
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
    // The rest of a transaction follows, and is shown with it. Who follows one item is not sent the others.
    if (!message.more || parent) changed();
  };
  /** Applies what was held; events come after all changes. */
  const release = (): void => {
    const rank = ({ event }: StreamMessage): number => Number(event.type === STREAM_EVENT.event);
    const messages = held.splice(0).sort((a, b) => rank(a) - rank(b));
    for (const message of messages) apply(message);
  };
  const sync = (message: StreamMessage, { data, more }: SyncEvent): void => {
    const next = { epoch: message.epoch ?? '', seq: message.seq ?? 0 };
    const isSameHistory = next.epoch !== '' && next.epoch === epoch;
    if (state === 'live' && isSameHistory && next.seq < seq) misfit(message);
    const list = (id === undefined ? data : data === null ? [] : [data]) as StreamItem[];
    const whole = pieces.add(list, keyOf(next.epoch, `${next.seq}`), more);
    if (!whole) return;
    if (connection.acknowledges()) stand({ ...next, items: whole }, isSameHistory);
    else {
      warn('no_acknowledgements', message);
      stand({ epoch: '', seq: 0, items: plainItems(whole, id) });
    }
    held.length = 0;
    enter('live');
  };
  const refused = ({ code, message }: ErrorMessage): void => {
    // These pass.
    if (/^(too_many_joins|unavailable|internal)$/.test(code)) {
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
      if (isMine && (state !== 'joining' || !connection.acknowledges())) sync(message, event);
    } else if (state === 'live') apply(message);
    else if (state === 'catching') {
      held.push(message);
      if (!((message.seq ?? 0) >= target)) return;
      // Live before it is: an event among it is told with all of it shown.
      enter('live');
      release();
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
    await attempt(async () => {
      const saved = isKnown ? undefined : await persist?.load(key);
      // It may have been left, or told to reconnect, meanwhile.
      if (saved && state === 'restoring') stand(saved);
    });
    if (state === 'restoring') join();
  };
  const observe = (observer: Observer): Unsubscribe => {
    clearTimeout(leaveTimer);
    if (!groups.has(key)) void start();
    all.add(observer);
    call(observer, 'view', view);
    return () => {
      if (!all.delete(observer) || all.size > 0) return;
      leaveTimer = setTimeout(() => {
        groups.delete(key);
        stop();
        if (groups.size === 0) connection.stop();
      }, core.leaveAfterMs);
    };
  };
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
          release();
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
        if (keyOf(message.streamName, message.groupId) === (parent ?? key)) tell('dropped', message.count);
      } else if (isMine && message.type === SOCKET_MESSAGE.subscribed) {
        held.length = 0;
        pieces.forget();
        target = message.seq;
        if (message.mode === STREAM_EVENT.sync) enter('syncing', error);
        // What changed of one item need not reach as far as its group did.
        else if (seq < target && !parent) enter('catching', error);
        else enter('live');
      } else if (isMine && message.type === SOCKET_MESSAGE.error) refused(message);
    },
    handle: createHandle(core, address, () => groups.get(key) ?? group),
  };
  if (initial) stand(initial);
  commit();
  return group;
}
