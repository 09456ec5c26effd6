import type { Defect } from '../defect.js';

/** The ETag names the epoch alone. */
export const defect: Defect = {
  id: 'an-etag-that-never-changes',
  among: ['http/*'],
  breaks: ['http/an-etag-is-the-cursor-and-is-not-modified-until-a-change'],
  damage: () => ({
    http: {
      down: ({ status, headers }) => {
        if (status === 200 && headers.etag !== undefined) headers.etag = headers.etag.replace(/:\d+"$/, '"');
      },
    },
  }),
};
