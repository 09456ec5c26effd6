import type { Defect } from '../defect.js';

/** Events have no id, so that a browser comes back without a cursor. */
export const defect: Defect = {
  id: 'events-without-their-cursor',
  among: ['http/*'],
  breaks: [
    'http/an-event-stream-begins-with-the-sync-and-its-cursor',
    'http/an-event-stream-goes-on-after-last-event-id',
  ],
  damage: () => ({ http: { event: (text) => text.replace(/^id: .*\n/m, '') } }),
};
