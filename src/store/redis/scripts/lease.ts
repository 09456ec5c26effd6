import { CLOCK } from './lifetime.js';
import type { Script } from './script.js';

// A process is alive until its lease ends, by Redis' clock. Of one that is taken for dead another process has `!<process>`, until
// what it left behind is removed, and then `?<process>` while there are subscriptions of which nobody was told.

/**
 * Begins a lease, or makes it longer.
 *
 * Input:  KEYS nodes; ARGV process, ms of the lease (0 = it ends now), '1' to begin one that is not there
 * Output: 1 when it is there, 0 when it is not
 */
export const LEASE_SCRIPT: Script = {
  name: 'streamLease',
  readOnly: false,
  lua: `${CLOCK}
if ARGV[3] ~= '1' and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], string.format('%.0f', redisNow() + tonumber(ARGV[2])), ARGV[1])
return 1
`,
};

/**
 * Finds processes whose lease ended.
 *
 * Input:  KEYS nodes; ARGV ms since then
 * Output: members
 */
export const ENDED_SCRIPT: Script = {
  name: 'streamEnded',
  readOnly: false,
  lua: `${CLOCK}
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', redisNow() - tonumber(ARGV[1])), 'LIMIT', 0, 16)
`,
};

/**
 * Takes over what a process left behind, for so long.
 *
 * Input:  KEYS nodes; ARGV member, ms since its lease ended, ms
 * Output: 1 when it is the caller's, 0 when it is alive, or somebody else's
 */
export const TAKE_OVER_SCRIPT: Script = {
  name: 'streamTakeOver',
  readOnly: false,
  lua: `${CLOCK}
local ended = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not ended or tonumber(ended) > redisNow() - tonumber(ARGV[2]) then return 0 end
local taken = '!' .. ARGV[1]:gsub('^[!?]', '')
if taken ~= ARGV[1] then redis.call('ZREM', KEYS[1], ARGV[1]) end
redis.call('ZADD', KEYS[1], string.format('%.0f', redisNow() + tonumber(ARGV[3])), taken)
return 1
`,
};

/**
 * Puts what a process noted with what is to be removed of it.
 *
 * Input:  KEYS owned, departed
 * Output: how many items there are
 */
export const DEPARTED_SCRIPT: Script = {
  name: 'streamDeparted',
  readOnly: false,
  lua: `
local items = redis.call('SUNIONSTORE', KEYS[2], KEYS[2], KEYS[1])
redis.call('DEL', KEYS[1])
return items
`,
};
