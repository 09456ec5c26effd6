import { OPEN_HEAD } from './group-head.js';
import type { Script } from './script.js';

// All three take KEYS data, head, meta, revs, gone, dead. A head is { epoch, seq, timestamp, horizon }, a group
// { item, value, … }, { item, meta, … }.

// A group with more items than ARGV `most` is not sent: it would hold up all other groups of the server. Its items come by PIECE_SCRIPT.

/** Input: ARGV most. Output: a group, without its head; nothing when it is too long */
export const LIST_SCRIPT: Script = {
  name: 'streamList',
  readOnly: true,
  lua: `
if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[1]) then return {} end
return { redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[3]) }
`,
};

/**
 * Some of a group's items. What is there from the first piece to the last is in one of them at least.
 *
 * Input:  ARGV cursor ('0' begins), about how many
 * Output: { next cursor ('0' ends), { item, value, … }, { meta or nil, … } }
 */
export const PIECE_SCRIPT: Script = {
  name: 'streamPiece',
  readOnly: true,
  lua: `
local found = redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2])
local metas = {}
for i = 1, #found[2], 2 do metas[#metas + 1] = redis.call('HGET', KEYS[3], found[2][i]) end
return { found[1], found[2], metas }
`,
};

/** Input: ARGV item id. Output: { epoch of the group, meta, value }, each nil where there is none */
export const ITEM_SCRIPT: Script = {
  name: 'streamItem',
  readOnly: true,
  lua: `
return { redis.call('HGET', KEYS[2], 'epoch'), redis.call('HGET', KEYS[3], ARGV[1]), redis.call('HGET', KEYS[1], ARGV[1]) }
`,
};

/**
 * The group at its latest committed seq.
 *
 * Input:  ARGV timestamp candidate, epoch candidate, store and generation, most
 * Output: { head, group }, or { head } when it is too long
 */
export const SNAPSHOT_SCRIPT: Script = {
  name: 'streamSnapshot',
  readOnly: false,
  lua: `
local data, head, meta, revs, gone, dead = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
${OPEN_HEAD}
if size > tonumber(ARGV[4]) then return { position } end
return { position, redis.call('HGETALL', data), redis.call('HGETALL', meta) }
`,
};

/**
 * What changed after a cursor; when that cannot be told, the snapshot. What can be told is the rule of
 * `domain/since.ts`, which the adapter applies to what this sends.
 *
 * Input:  ARGV timestamp candidate, epoch candidate, store and generation, most, cursor epoch, cursor seq
 * Output: { 'changes', head, {item, meta, value or nil, …}, {item, rev, remains, …} } or { 'reset', head, group },
 *         without the group when it is too long
 */
export const CHANGES_SCRIPT: Script = {
  name: 'streamChanges',
  readOnly: false,
  lua: `
local data, head, meta, revs, gone, dead = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
${OPEN_HEAD}
local since = tonumber(ARGV[6])
if epoch ~= ARGV[5] or since > seq or since < horizon then
  if size > tonumber(ARGV[4]) then return { 'reset', position } end
  return { 'reset', position, redis.call('HGETALL', data), redis.call('HGETALL', meta) }
end
local live, removed = {}, {}
for _, item in ipairs(redis.call('ZRANGEBYSCORE', revs, '(' .. ARGV[6], '+inf')) do
  live[#live + 1] = item
  live[#live + 1] = redis.call('HGET', meta, item)
  live[#live + 1] = redis.call('HGET', data, item)
end
local tombstones = redis.call('ZRANGEBYSCORE', dead, '(' .. ARGV[6], '+inf', 'WITHSCORES')
for i = 1, #tombstones, 2 do
  removed[#removed + 1] = tombstones[i]
  removed[#removed + 1] = tombstones[i + 1]
  removed[#removed + 1] = redis.call('HGET', gone, tombstones[i])
end
return { 'changes', position, live, removed }
`,
};
