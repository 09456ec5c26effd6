import { CHANGES, onEvents } from '../damages.js';
import type { Defect } from '../defect.js';

/** Timestamps are whole seconds. */
export const defect: Defect = {
  id: 'equal-timestamps',
  among: ['socket/*', 'triggers/s*'],
  breaks: ['nothing/yet'],
  damage: () =>
    onEvents(CHANGES, (message) => [{ ...message, timestamp: Math.floor(message.timestamp / 1000) * 1000 }]),
};
