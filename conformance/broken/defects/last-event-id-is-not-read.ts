import type { Defect } from '../defect.js';

/** A reader that comes back begins anew. */
export const defect: Defect = {
  id: 'last-event-id-is-not-read',
  among: ['http/*'],
  breaks: ['http/an-event-stream-goes-on-after-last-event-id'],
  damage: () => ({
    http: {
      up: ({ headers }) => {
        delete headers['last-event-id'];
      },
    },
  }),
};
