import { CHANGES, onEvents } from '../damages.js';
import type { Defect } from '../defect.js';

const DAY = 86_400_000;

/** Timestamps are whole days. */
export const defect: Defect = {
  id: 'equal-timestamps',
  among: ['socket/*', 'triggers/s*'],
  breaks: [
    'socket/timestamps-increase-strictly-in-a-burst-to-one-item',
    'socket/timestamps-increase-strictly-across-the-items-of-a-group',
    'socket/timestamps-increase-over-deletes-and-creates',
    'socket/a-change-after-a-sync-is-newer-than-it',
    'triggers/stream-payload-has-the-timestamp-of-the-socket-message',
  ],
  damage: () =>
    onEvents(CHANGES, (message) => [{ ...message, timestamp: Math.floor(message.timestamp / DAY) * DAY }]),
};
