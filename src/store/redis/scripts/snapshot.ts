import { OPEN_HEAD } from './fragments.js';
import type { Script } from './script.js';

/**
 * The group at its latest committed seq.
 *
 * Input:  KEYS data, head, meta, revs, gone, dead
 *         ARGV timestamp candidate, epoch candidate
 * Output: { epoch, seq, timestamp, {item, value, …}, {item, meta, …} }
 */
export const SNAPSHOT: Script = {
  name: 'streamSnapshot',
  readOnly: false,
  lua: `
local data, head, meta = KEYS[1], KEYS[2], KEYS[3]
local now, candidate = ARGV[1], ARGV[2]
${OPEN_HEAD}
return { at[1], at[2], at[3], redis.call('HGETALL', data), redis.call('HGETALL', meta) }
`,
};

/**
 * The group's values with what orders them.
 *
 * Input:  KEYS data, head, meta, revs, gone, dead
 * Output: { {item, value, …}, {item, meta, …} }
 */
export const LIST: Script = {
  name: 'streamList',
  readOnly: true,
  lua: `return { redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[3]) }`,
};
