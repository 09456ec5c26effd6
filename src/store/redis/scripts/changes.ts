import { OPEN_HEAD } from './fragments.js';
import type { Script } from './script.js';

/**
 * What changed after a cursor; when that cannot be told, the snapshot.
 *
 * Input:  KEYS data, head, meta, revs, gone, dead
 *         ARGV timestamp candidate, epoch candidate, cursor epoch, cursor seq
 * Output: { 'changes', epoch, seq, timestamp, {item, meta, value or nil, …}, {item, rev, remains, …} }
 *         { 'epoch' or 'horizon', epoch, seq, timestamp, {item, value, …}, {item, meta, …} }
 */
export const CHANGES: Script = {
  name: 'streamChanges',
  readOnly: false,
  lua: `
local data, head, meta, revs, gone, dead = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local now, candidate = ARGV[1], ARGV[2]
${OPEN_HEAD}
local since = tonumber(ARGV[4])
local reason = false
if at[1] ~= ARGV[3] or since > tonumber(at[2]) then reason = 'epoch'
elseif since < tonumber(at[4]) then reason = 'horizon' end
if reason then
  return { reason, at[1], at[2], at[3], redis.call('HGETALL', data), redis.call('HGETALL', meta) }
end
local live, removed = {}, {}
for _, item in ipairs(redis.call('ZRANGEBYSCORE', revs, '(' .. ARGV[4], '+inf')) do
  live[#live + 1] = item
  live[#live + 1] = redis.call('HGET', meta, item)
  live[#live + 1] = redis.call('HGET', data, item)
end
local buried = redis.call('ZRANGEBYSCORE', dead, '(' .. ARGV[4], '+inf', 'WITHSCORES')
for i = 1, #buried, 2 do
  removed[#removed + 1] = buried[i]
  removed[#removed + 1] = buried[i + 1]
  removed[#removed + 1] = redis.call('HGET', gone, buried[i])
end
return { 'changes', at[1], at[2], at[3], live, removed }
`,
};
