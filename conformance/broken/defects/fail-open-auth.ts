import type { Defect } from '../defect.js';

/** Whom the auth function refuses is let in. */
export const defect: Defect = {
  id: 'fail-open-auth',
  among: ['auth/*', 'limits/an-*'],
  breaks: [
    'auth/a-function-that-fails-answers-401',
    'auth/a-function-that-returns-nothing-answers-401',
    'auth/a-function-that-returns-no-object-answers-401',
    'auth/a-function-that-nobody-offers-answers-503',
    'auth/a-function-whose-worker-goes-answers-503',
    'auth/a-path-subscription-is-asked-for-too',
    'auth/one-refusal-leaves-others-alone',
    'limits/an-auth-function-that-never-answers-is-not-waited-for',
  ],
  damage: () => ({ accepts: (status) => status === 401 || status === 503 }),
};
