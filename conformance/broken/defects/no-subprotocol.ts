import type { Defect } from '../defect.js';

/** Browsers that offer a token are answered with no subprotocol. */
export const defect: Defect = {
  id: 'no-subprotocol',
  among: ['socket/*', 'auth/*'],
  breaks: ['nothing/yet'],
  damage: () => ({ hidesSubprotocol: true }),
};
