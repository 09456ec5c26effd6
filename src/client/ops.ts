import { SOCKET_MESSAGE, STREAM_EVENT } from '../../generated/constants.js';
import type { UpdateOp } from '../../generated/functions.js';
import type { JoinData, OpsMessage, StreamMessage, SubscribedMessage } from '../../generated/socket.js';
import { replayOps } from '../domain/replay.js';
import type { createStreamClient } from './client.js';
import type {
  GroupHandle,
  StreamClient,
  StreamClientOptions,
  StreamItem,
  WebSocketConstructor,
} from './types.js';

/** One subscription on the socket. */
interface Joined extends Pick<JoinData, 'streamName' | 'groupId'> {
  /** The item as the view that it feeds has it. */
  readonly get: (id: string) => StreamItem | undefined;
  /** What ops call its group, and the epoch of what it holds, once these are known. */
  n?: number | undefined;
  epoch?: string | undefined;
}

/** A message as it came: nothing of it is sure. */
type Incoming =
  | (Partial<Omit<StreamMessage, 'type'>> &
      Partial<Pick<SubscribedMessage, 'subscriptionId' | 'n'>> &
      Partial<Pick<OpsMessage, 'ops'>> & { readonly type?: string })
  | null;

/** Says nothing, but that the server is there. */
const NOTHING = { type: SOCKET_MESSAGE.pong };

/** Asks for ops on one socket after another, and makes whole updates of those that come. */
function replay(handleOf: (at: JoinData) => Joined['get'], warn: (message: OpsMessage) => void) {
  /** The subscriptions on this socket, by their ids. */
  const joined = new Map<string | undefined, Joined>();

  const update = (message: OpsMessage): object => {
    const { n, id, seq, from, ops, more } = message;
    const here = [...joined.values()].filter((one) => one.n === n);
    for (const { get, streamName, groupId, epoch } of here) {
      const item = get(id);
      if (item?.rev !== from) continue;
      const data = replayed(item.data, ops);
      if (data === undefined) continue;
      const event = { type: STREAM_EVENT.update, data: data.value };
      return { type: SOCKET_MESSAGE.stream, timestamp: 0, streamName, groupId, id, event, seq, epoch, more };
    }
    const [one] = here;
    // Of a group that was left; or sent for another subscription to the item, which was told later.
    if (one === undefined || here.some(({ get }) => (get(id)?.rev ?? 0) >= seq)) return NOTHING;
    warn(message);
    // A change that cannot be: the client forgets where the group was.
    const { streamName, groupId } = one;
    return { type: SOCKET_MESSAGE.stream, streamName, groupId, id, event: { type: 'mismatch' } };
  };

  return {
    began: (): void => joined.clear(),

    /** A message of the client, as it is sent. */
    sent(text: string): string {
      const message = JSON.parse(text) as { readonly type: string; readonly data: JoinData };
      const { type, data } = message;
      if (type === SOCKET_MESSAGE.leave) joined.delete(data.subscriptionId);
      if (type !== SOCKET_MESSAGE.join) return text;
      const { subscriptionId, streamName, groupId } = data;
      joined.set(subscriptionId, { streamName, groupId, get: handleOf(data) });
      return JSON.stringify({ type, data: { ...data, ops: true } });
    },

    /** A message of the server, as the client takes it. */
    read(message: Incoming): unknown {
      if (message?.type === undefined) return message?.ops === undefined ? message : update(message as never);
      const { subscriptionId, streamName, groupId, epoch, event, n } = message;
      const one = joined.get(subscriptionId);
      if (one !== undefined && n !== undefined) Object.assign(one, { n, epoch });
      // Only a sync begins another epoch.
      if (event?.type === STREAM_EVENT.sync) {
        for (const other of joined.values())
          if (other.streamName === streamName && other.groupId === groupId) other.epoch = epoch;
      }
      return message;
    },
  };
}

/** Undefined: this is not what the ops were made for. */
function replayed(value: unknown, ops: unknown): { readonly value: unknown } | undefined {
  try {
    return replayOps(value, ops as readonly UpdateOp[]);
  } catch {
    // They are no ops.
    return undefined;
  }
}

/**
 * Makes a `createStreamClient` whose clients take updates as the ops that made them: an appended token costs its own
 * bytes, not the whole value's. What handles show, resume and keep is the same, and so is everything with a server that
 * does not know ops.
 *
 * ```ts
 * const client = withOps(createStreamClient)('wss://example.org');
 * ```
 *
 * Ops are replayed on the item at the rev that they go on from. Where that is not held, or an op fails here, nothing is
 * guessed: the connection is made anew and the group synced (D46), and `onWarning` is told `ops_mismatch` with the message,
 * each time. A server that keeps its word causes none, but where an op adds to a number that a double does not hold.
 *
 * A module of its own, so that pages which do not use it do not load it.
 */
export function withOps(create: typeof createStreamClient): typeof createStreamClient {
  return <Streams>(address: string | URL, options: StreamClientOptions = {}): StreamClient<Streams> => {
    const {
      WebSocket: Socket = (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket,
      parse = JSON.parse,
      onWarning = console.warn,
    } = options;
    const { began, sent, read } = replay(
      ({ streamName, groupId, id }) => {
        const group = client.group(streamName as never, groupId);
        // The handle of an item has it too, though its type does not say so.
        return (id == null ? group : (group.item(id) as object as GroupHandle)).get as Joined['get'];
      },
      (message) => onWarning('ops_mismatch', message),
    );
    const client = create<Streams>(address, {
      ...options,
      // What is no function the client refuses.
      parse: typeof parse === 'function' ? (text) => read(parse(text) as Incoming) : parse,
      WebSocket:
        typeof Socket !== 'function'
          ? Socket
          : class extends Socket {
              constructor(url: string, protocols: string[]) {
                super(url, protocols);
                began();
              }
              override send(text: string): void {
                super.send(sent(text));
              }
            },
    });
    return client;
  };
}
