import type { Defect } from '../defect.js';

/** Writes are acknowledged and kept in memory only. */
export const defect: Defect = {
  id: 'lost-writes-after-a-crash',
  adapter: 'file_based',
  among: ['durability/items-*', 'durability/a*', 'resume/a-cursor-*'],
  breaks: ['nothing/yet'],
  damage: () => ({ config: ({ directory: _directory, ...config }) => ({ ...config, adapter: 'in_memory' }) }),
};
