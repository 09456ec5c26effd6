import type { Defect } from '../defect.js';

const LONG = 3_600_000;

/** A server that starts again leaves what its former connections had. */
export const defect: Defect = {
  id: 'owners-are-lost-with-the-server',
  adapter: 'file_based',
  among: ['owned/a-c*', 'owned/who-returns-within-*'],
  breaks: ['owned/a-crash-of-the-server-leaves-no-ghost'],
  damage: () => {
    const started = new Set<string | undefined>();
    return {
      config: (config) => {
        const isFirst = config.directory === undefined || !started.has(config.directory);
        started.add(config.directory);
        return isFirst ? config : { ...config, presence: { grace_ms: LONG } };
      },
    };
  },
};
