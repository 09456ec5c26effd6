import { STREAM_EVENT } from '../../../generated/constants.js';
import { onEvents } from '../damages.js';
import type { Defect } from '../defect.js';

/** The end of an item is told, and has no place in the group's order. */
export const defect: Defect = {
  id: 'ends-without-a-seq',
  among: ['ttl/*'],
  breaks: ['ttl/an-end-takes-a-seq-of-its-own'],
  damage: () =>
    onEvents([STREAM_EVENT.delete], ({ seq: _, epoch: __, ...rest }) =>
      rest.event.reason === undefined ? undefined : [rest],
    ),
};
