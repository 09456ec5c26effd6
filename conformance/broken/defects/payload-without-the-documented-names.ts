import { onInvocations } from '../damages.js';
import type { Defect } from '../defect.js';

/** Trigger payloads have only the names of the schema. */
export const defect: Defect = {
  id: 'payload-without-the-documented-names',
  among: ['triggers/s*', 'custom-streams/t*'],
  breaks: [
    'triggers/stream-payload-has-the-documented-fields',
    'triggers/stream-payload-has-the-fields-of-the-schema-too',
    'triggers/stream-without-a-group-fires-for-every-group',
    'triggers/stream-fires-for-custom-events',
  ],
  damage: () =>
    onInvocations((message) => {
      if (message.data?.event === undefined) return undefined;
      const { streamName, groupId, type, ...data } = message.data;
      return [{ ...message, data }];
    }),
};
