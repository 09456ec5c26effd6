import type { JoinPresence } from '../../generated/socket.js';
import type { WebSocketConstructor } from './types.js';

/**
 * The client is present in a group: the server writes an item for it when it joins the group, and removes it some time after it
 * left (D76). Returns the `WebSocket` option of `createStreamClient`; a join that no handler allows ends with the error
 * `invalid_input`.
 *
 * A function of its own, so that pages which do not use it do not load it.
 *
 * @param presence with a `key`, such as the id of the user, who comes back in time has the same item
 * @param Base @default globalThis.WebSocket
 */
export function presentIn(
  streamName: string,
  groupId: string,
  presence: JoinPresence,
  Base = (globalThis as { WebSocket?: unknown }).WebSocket as WebSocketConstructor,
): WebSocketConstructor {
  return class extends Base {
    override send(text: string): void {
      const message = JSON.parse(text) as { readonly data?: Readonly<Record<string, unknown>> };
      const { data } = message;
      const isOurs = data?.streamName === streamName && data.groupId === groupId && data.ack && !data.id;
      super.send(isOurs ? JSON.stringify({ ...message, data: { ...data, presence } }) : text);
    }
  };
}
