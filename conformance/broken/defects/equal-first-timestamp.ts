import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import { CHANGES } from '../damages.js';
import type { Defect } from '../defect.js';

/** The first change after a sync has the sync's timestamp. */
export const defect: Defect = {
  id: 'equal-first-timestamp',
  among: ['socket/timestamps-*', 'socket/a-*sync*'],
  breaks: ['socket/a-change-after-a-sync-is-newer-than-it'],
  damage: () => ({
    socket: () => {
      const synced = new Map<string, number>();
      return {
        down: (message) => {
          if (message.type !== SOCKET_MESSAGE.stream) return undefined;
          const key = JSON.stringify([message.streamName, message.groupId]);
          const timestamp = synced.get(key);
          synced.delete(key);
          if (message.event?.type === STREAM_EVENT.sync) synced.set(key, message.timestamp);
          const isFirst = timestamp !== undefined && CHANGES.includes(message.event?.type);
          return isFirst ? [{ ...message, timestamp }] : undefined;
        },
      };
    },
  }),
};
