import type { Defect } from '../defect.js';

/** Every page over HTTP is the first. */
export const defect: Defect = {
  id: 'http-pages-that-repeat-items',
  among: ['http/*'],
  breaks: ['http/pages-hold-each-item-once'],
  damage: () => ({
    http: {
      up: (request) => {
        request.path = request.path.replace(/([?&])after=[^&]*&?/, '$1');
      },
    },
  }),
};
