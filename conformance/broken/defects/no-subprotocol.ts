import type { Defect } from '../defect.js';

/** Browsers that offer a token are answered with no subprotocol. */
export const defect: Defect = {
  id: 'no-subprotocol',
  among: ['socket/*', 'auth/*'],
  breaks: [
    'socket/a-browser-that-offers-a-token-is-answered-with-authorization',
    'auth/a-browsers-token-is-in-the-headers',
  ],
  damage: () => ({ hidesSubprotocol: true }),
};
