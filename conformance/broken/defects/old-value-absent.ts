import { FUNCTION } from '../../../generated/constants.js';
import { onResults } from '../damages.js';
import type { Defect } from '../defect.js';

/** `set` of a new item leaves `old_value` out, where clients expect null. */
export const defect: Defect = {
  id: 'old-value-absent',
  among: ['functions/*', 'socket/a-**', 'worker-protocol/*'],
  breaks: [
    'functions/set-of-a-new-item-answers-null-as-old-value',
    'functions/set-after-delete-starts-anew',
    'worker-protocol/calls-of-one-worker-take-effect-in-their-order',
    'worker-protocol/telemetry-frames-between-messages-are-dropped',
    'worker-protocol/nonsense-does-not-end-the-connection',
  ],
  damage: () =>
    onResults(FUNCTION.set, (message) => {
      const { old_value, ...rest } = message.result;
      return old_value === null ? [{ ...message, result: rest }] : undefined;
    }),
};
