import type { Script } from './script.js';

/**
 * Begins a new generation of the store, unless another node just did. A database without a record becomes a store.
 *
 * Input:  KEYS store; ARGV generation that ends ('' when there is none), id candidate, generation candidate, servers
 * Output: { id, generation }: what is in force now
 */
export const GENERATION_SCRIPT: Script = {
  name: 'streamGeneration',
  readOnly: false,
  lua: `
local at = redis.call('HMGET', KEYS[1], 'id', 'generation')
if at[2] and at[2] ~= ARGV[1] then return at end
local id = at[1] or ARGV[2]
redis.call('HSET', KEYS[1], 'id', id, 'generation', ARGV[3], 'servers', ARGV[4])
return { id, ARGV[3] }
`,
};
