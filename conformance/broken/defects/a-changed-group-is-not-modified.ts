import type { Defect } from '../defect.js';

/** Whoever holds any ETag is told that nothing changed. */
export const defect: Defect = {
  id: 'a-changed-group-is-not-modified',
  among: ['http/*'],
  breaks: ['http/an-etag-is-the-cursor-and-is-not-modified-until-a-change'],
  damage: () => {
    const asked = new Set<string>();
    return {
      http: {
        up: ({ path, headers }) => {
          if (headers['if-none-match'] !== undefined) asked.add(path);
        },
        down: (reply, path) => {
          if (!asked.has(path) || reply.status !== 200) return;
          reply.status = 304;
          reply.body = '';
        },
      },
    };
  },
};
