import { onInvocations } from '../damages.js';
import type { Defect } from '../defect.js';

/** Trigger payloads have only the documented names. */
export const defect: Defect = {
  id: 'payload-without-the-names-of-the-schema',
  among: ['triggers/s*', 'custom-streams/t*'],
  breaks: ['triggers/stream-payload-has-the-fields-of-the-schema-too'],
  damage: () =>
    onInvocations((message) => {
      if (message.data?.event === undefined) return undefined;
      const { stream_name, group_id, event_type, ...data } = message.data;
      return [{ ...message, data }];
    }),
};
