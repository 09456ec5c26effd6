import { FUNCTION, SOCKET_MESSAGE, STREAM_EVENT, WORKER_MESSAGE } from '../../../generated/constants.js';
import type { Defect, Message } from '../defect.js';

/** A join during a write gets its sync after the changes that came after it. */
export const defect: Defect = {
  id: 'late-sync',
  among: ['socket/*'],
  breaks: ['socket/after-a-join-changes-of-an-item-only-go-forward'],
  damage() {
    const writing = new Map<string, number>();
    const keyOf = (stream: string, group: string): string => JSON.stringify([stream, group]);
    const count = (key: string, by: number): void => void writing.set(key, (writing.get(key) ?? 0) + by);
    return {
      engine: () => {
        const calls = new Map<string, string>();
        return {
          up: ({ type, function_id, invocation_id, data }) => {
            if (type === WORKER_MESSAGE.invokeFunction && function_id === FUNCTION.set && data?.group_id) {
              const key = keyOf(data.stream_name, data.group_id);
              calls.set(invocation_id, key);
              count(key, 1);
            }
            return undefined;
          },
          down: ({ invocation_id }) => {
            const key = calls.get(invocation_id);
            if (key !== undefined && calls.delete(invocation_id)) count(key, -1);
            return undefined;
          },
        };
      },
      socket: () => {
        let held: Message;
        return {
          down: (message) => {
            if (message.type !== SOCKET_MESSAGE.stream) return undefined;
            if (held !== undefined) {
              const pair = [message, held];
              held = undefined;
              return pair;
            }
            const isSync = message.event.type === STREAM_EVENT.sync;
            if (!isSync || !writing.get(keyOf(message.streamName, message.groupId))) return undefined;
            held = message;
            return [];
          },
        };
      },
    };
  },
};
