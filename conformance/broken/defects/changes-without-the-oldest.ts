import type { Defect } from '../defect.js';

/** What changed first after a cursor is missing: a gap. */
export const defect: Defect = {
  id: 'changes-without-the-oldest',
  among: ['http/*'],
  breaks: ['http/changes-after-a-cursor-are-what-changed', 'http/changes-of-an-item-hold-no-other'],
  damage: () => ({
    http: {
      down: (reply) => {
        if (!reply.body.startsWith('{"mode":"changes"')) return;
        const body = JSON.parse(reply.body);
        reply.body = JSON.stringify({ ...body, messages: body.messages.slice(1) });
      },
    },
  }),
};
