import type { Defect } from '../defect.js';

/** A path that names nothing opens a socket that never says anything. */
export const defect: Defect = {
  id: 'every-path-is-accepted',
  among: ['socket/*'],
  breaks: ['socket/an-unknown-path-is-refused-with-404'],
  damage: () => ({ accepts: (status) => status === 404 }),
};
