import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect } from '../defect.js';

/** `list` leaves an item out. */
export const defect: Defect = {
  id: 'list-drops-the-last-item',
  among: ['functions/l*', 'functions/d*', 'update/*'],
  breaks: ['nothing/yet'],
  damage: () => onResults(FUNCTION.list, (message) => [{ ...message, result: message.result.slice(0, -1) }]),
};
