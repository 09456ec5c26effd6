import type { Defect } from '../defect.js';

/** Writes are acknowledged and kept in memory only. */
export const defect: Defect = {
  id: 'lost-writes-after-a-crash',
  adapter: 'file_based',
  among: [
    'durability/acknowledged-*',
    'durability/a-crash-*',
    'resume/a-cursor-is-good-*',
    'functions/get-*',
  ],
  breaks: [
    'durability/acknowledged-sets-survive-a-crash',
    'durability/acknowledged-updates-survive-a-crash',
    'durability/acknowledged-deletes-survive-a-crash',
    'durability/a-crash-amid-writes-loses-nothing-acknowledged',
    'resume/a-cursor-is-good-after-a-restart',
    'resume/a-cursor-is-good-after-a-crash',
  ],
  damage: () => ({ config: ({ directory: _directory, ...config }) => ({ ...config, adapter: 'in_memory' }) }),
};
