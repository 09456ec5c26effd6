import { onInvocations } from '../damages.js';
import type { Defect } from '../defect.js';

/** Trigger payloads have only the names of the schema. */
export const defect: Defect = {
  id: 'payload-without-the-documented-names',
  among: ['triggers/s*', 'custom-streams/t*'],
  breaks: ['nothing/yet'],
  damage: () =>
    onInvocations((message) => {
      if (message.data?.event === undefined) return undefined;
      const { streamName, groupId, type, ...data } = message.data;
      return [{ ...message, data }];
    }),
};
