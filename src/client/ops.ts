import { SOCKET_MESSAGE, STREAM_EVENT } from '../../generated/constants.js';
import type { UpdateOp } from '../../generated/functions.js';
import type { OpsMessage, StreamMessage, SubscribedMessage } from '../../generated/socket.js';
import { replayOps } from '../domain/replay.js';
import type { StreamItem } from './types.js';

/** What the client holds of a group. */
interface Held {
  readonly epoch: string;
  get(id: string): StreamItem | undefined;
}

/** What a message of ops comes to: an update with the whole value, or `mismatch`: the group has to be joined anew without `since`. */
export type Replayed = StreamMessage | 'mismatch' | 'known';

/** True for the one message without a type. */
export const isOps = (message: object): message is OpsMessage => !('type' in message) && 'ops' in message;

/**
 * Makes whole updates of ops, for subscriptions that joined with `ops: true` and `items: true`. An update that does not
 * go on from what is here is counted and told to `warn`: it is never guessed.
 *
 * @param warn gets `ops_mismatch` and the message
 */
export function createReplay(warn: (code: 'ops_mismatch', message: OpsMessage) => void) {
  const addresses = new Map<number, { readonly streamName: string; readonly groupId: string }>();
  let mismatches = 0;
  return {
    /** How often an update did not fit. */
    mismatches: () => mismatches,

    /** Remembers what ops will call the group. */
    subscribed({ n, streamName, groupId }: SubscribedMessage): void {
      if (n !== undefined) addresses.set(n, { streamName, groupId });
    },

    /** The group that a message is about; undefined = none that was acknowledged on this socket. */
    address: ({ n }: OpsMessage) => addresses.get(n),

    /** The socket is another one: its numbers mean nothing any more. */
    forget: () => addresses.clear(),

    /** @param held the group that `address` named */
    update(message: OpsMessage, { epoch, get }: Held): Replayed {
      const { id, seq, from, ops, more } = message;
      const item = get(id);
      const at = addresses.get(message.n);
      // Sent for another subscription to the same item, which was told later.
      if (item !== undefined && item.rev >= seq) return 'known';
      const replayed = item?.rev === from ? replayOps(item.data, ops as readonly UpdateOp[]) : undefined;
      if (at === undefined || replayed === undefined) {
        mismatches += 1;
        warn('ops_mismatch', message);
        return 'mismatch';
      }
      return {
        type: SOCKET_MESSAGE.stream,
        timestamp: 0,
        ...at,
        id,
        event: { type: STREAM_EVENT.update, data: replayed.value },
        seq,
        epoch,
        ...(more === undefined ? {} : { more }),
      };
    },
  };
}
