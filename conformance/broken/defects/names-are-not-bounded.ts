import type { Defect } from '../defect.js';

/** A limit of the configuration is not heeded. */
export const defect: Defect = {
  id: 'names-are-not-bounded',
  among: ['limits/*'],
  breaks: ['limits/each-name-of-a-function-is-bounded', 'limits/names-of-a-join-are-bounded'],
  damage: () => ({
    config: ({ limits, ...config }) => {
      const { max_name_bytes: _bound, ...rest } = limits ?? {};
      return limits === undefined ? config : { ...config, limits: rest };
    },
  }),
};
