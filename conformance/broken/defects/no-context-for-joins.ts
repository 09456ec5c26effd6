import { TRIGGER_TYPE } from '../../../generated/constants.js';
import { onInvocations } from '../damages.js';
import type { Defect } from '../defect.js';

/** Join handlers are not told who joins. */
export const defect: Defect = {
  id: 'no-context-for-joins',
  among: ['auth/*', 'triggers/j*'],
  breaks: [
    'auth/the-context-reaches-join-handlers',
    'auth/each-client-has-its-own-context',
    'auth/a-path-subscription-passes-its-context-on',
  ],
  damage: () =>
    onInvocations((message) => {
      if (message.data?.event_type !== TRIGGER_TYPE.join) return undefined;
      const { context, ...data } = message.data;
      return context === undefined ? undefined : [{ ...message, data }];
    }),
};
