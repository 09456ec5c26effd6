import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import type { Defect } from '../defect.js';

/** A custom event with an id reaches the group only. */
export const defect: Defect = {
  id: 'item-subscribers-miss-custom-events',
  among: ['socket/*'],
  breaks: ['socket/a-custom-event-with-an-id-reaches-that-item'],
  damage: () => ({
    socket: () => {
      let group = false;
      return {
        up: ({ type, data }) => {
          if (type === SOCKET_MESSAGE.join && (data?.id ?? null) === null) group = true;
          return undefined;
        },
        down: ({ type, event }) => {
          const isOurs = event?.type === STREAM_EVENT.event && !String(event.event.type).startsWith('marker');
          return type === SOCKET_MESSAGE.stream && isOurs && !group ? [] : undefined;
        },
      };
    },
  }),
};
