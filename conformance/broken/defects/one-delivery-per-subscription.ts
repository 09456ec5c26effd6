import { SOCKET_MESSAGE, STREAM_EVENT } from '../../../generated/constants.js';
import type { Defect, Message } from '../defect.js';

/** A message reaches a socket as often as subscriptions match. */
export const defect: Defect = {
  id: 'one-delivery-per-subscription',
  among: ['socket/*', 'resume/**'],
  breaks: [
    'socket/two-subscriptions-to-a-group-get-a-change-once',
    'socket/a-group-and-an-item-subscription-get-a-change-once',
  ],
  damage: () => ({
    socket: () => {
      const subscriptions = new Map<string, Message>();
      return {
        up: ({ type, data }) => {
          if (type === SOCKET_MESSAGE.join && data?.groupId) subscriptions.set(data.subscriptionId, data);
          if (type === SOCKET_MESSAGE.leave) subscriptions.delete(data?.subscriptionId);
          return undefined;
        },
        down: (message) => {
          if (message.type !== SOCKET_MESSAGE.stream || message.event.type === STREAM_EVENT.sync)
            return undefined;
          const matching = [...subscriptions.values()].filter(
            ({ streamName, groupId, id }) =>
              streamName === message.streamName &&
              groupId === message.groupId &&
              (id ?? message.id) === message.id,
          );
          return Array.from({ length: Math.max(1, matching.length) }, () => message);
        },
      };
    },
  }),
};
