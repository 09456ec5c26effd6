import type { Defect } from '../defect.js';

/** Whom the auth function refuses is let in. */
export const defect: Defect = {
  id: 'fail-open-auth',
  among: ['auth/*', 'limits/an-*'],
  breaks: ['nothing/yet'],
  damage: () => ({ accepts: (status) => status === 401 || status === 503 }),
};
