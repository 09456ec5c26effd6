import { PARTS } from '../channel-message.js';
import { SHORT } from '../ops-message.js';
import { literal, readHead, UNWRITTEN_TTL } from './group-head.js';
import { GUARD, KEYS_OF_ITEMS } from './guard.js';
import { KEEP_LIFETIMES, LIFETIME } from './lifetime.js';
import type { Script } from './script.js';
import { LOOK_EVERY, TRIM } from './trim.js';

/**
 * Applies changes of one group in order: compare, sequence, write, publish. Nothing is written before everything is
 * decided and permitted, so an error leaves no half: Redis checks memory, replicas and its disk at a script's first write
 * alone, and what remains are the rights of our user. An item whose value is not the expected one keeps it, and its
 * changes are skipped. Values are text here; JSON is never decoded.
 *
 * Input:  KEYS data, head, meta, revs, gone, dead, ttl[, index, due]: with them the group's entries are kept in the same step
 *         ARGV timestamp candidate, epoch candidate, store and generation, tombstones kept, ms they are kept, address part of the messages,
 *              index member, '1' when the index holds the group already (without KEYS index), channel shared with other engines,
 *              '' = none, channel of our own, number of items, '1' when the changes are to be applied all or none: each is of another item,
 *              per item:   id, id as JSON, mode, expected
 *                          modes: '*' anything  '-' absent  '=' this text  '#' its SHA-1  '?' refuse  '.' unread
 *              per change: item number, 's' | 'u' (as s, and keeps the lifetime) value [@[n]<ttl ms>, n = of a new item, ][~[=]<owner>, = see `Lifetime.claim`, ]own-id | 'd' '' '' | 'm' body '' | 'n' '' '' | 'x' '' '' (stops all
 *                          where it is all or none); to the letters s, d, n, x a guard may be appended: see guard.ts; then, of a 'u', what
 *                          tells it as ops, else ''
 * Output: { 0, epoch, presence, {per item: 1, old value or nil | 0, current value or nil},
 *           {per change: 0 none 1 create 2 update 3 delete 4 message 5 conflict 6 not_found 7 duplicate,
 *            seq, or the item's rev where nothing changed, timestamp}, seq of the group,
 *           when the first item is due, in ms, '' = none, nil where it stays }
 *         presence: 1 the group got its first item, 2 it lost its last, else 0
 *         { 1 } when the group must be indexed first
 */
export const COMMIT_SCRIPT: Script = {
  name: 'streamCommit',
  readOnly: false,
  lua: `
local data, head, meta, revs, gone, dead, ttl = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local index, due = KEYS[8], KEYS[9]
${readHead('commit')}
local shared, own, count = ARGV[9], ARGV[10], tonumber(ARGV[11])
local items, replies = {}, {}
local arg = 13
for i = 1, count do
  local name, id, mode, expected = ARGV[arg], ARGV[arg + 1], ARGV[arg + 2], ARGV[arg + 3]
  arg = arg + 4
  local value = mode ~= '.' and redis.call('HGET', data, name)
  local agreed = mode == '*' or mode == '.' or (mode == '-' and not value) or (mode == '=' and value == expected)
    or (mode == '#' and value and redis.sha1hex(value) == expected)
  items[i] = { name = name, id = id, value = value, agreed = agreed }
  replies[#replies + 1] = agreed and 1 or 0
  replies[#replies + 1] = (not agreed or mode == '*') and value
end

local before = size
-- A group that only others wrote to may not be indexed yet.
local fresh = before == 0 or seq == 0
if fresh and not index and ARGV[8] ~= '1' then
  for i = arg, #ARGV, 5 do
    local code = ARGV[i + 1]:byte()
    if (code == 115 or code == 117) and items[tonumber(ARGV[i])].agreed then return { 1 } end
  end
end
local candidate = tonumber(ARGV[1])
${KEYS_OF_ITEMS}${LIFETIME}
local function load(item)
  if item.loaded then return end
  item.loaded = true
  item.created, item.place, item.deletedBefore, item.deletedBeforeAt, item.own, item.at = 0, 0, 0, 0, '', 0
  local known = whole and redis.call('HGET', meta, item.name)
  item.known = known
  if known then
    local rev, created, place, before, beforeAt, timestamp, own =
      known:match('^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+) ?(.*)$')
    item.keys, item.own = unkeyed(own)
    readLifetime(item)
    if item.value then
      item.at = tonumber(rev)
      item.created, item.place = tonumber(created), tonumber(place)
      item.deletedBefore, item.deletedBeforeAt = tonumber(before), tonumber(beforeAt)
    else
      -- Somebody else removed it: the last that subscribers were told of it is its rev.
      item.deletedBefore, item.deletedBeforeAt = tonumber(rev), tonumber(timestamp)
    end
  elseif graves > 0 then
    local deleted = redis.call('ZSCORE', dead, item.name)
    if deleted then
      item.entombed = true
      item.deletedBefore = tonumber(deleted)
      local at, rest = (redis.call('HGET', gone, item.name) or '0'):match('^(%d+) ?(.*)$')
      item.deletedBeforeAt, item.keys = tonumber(at), unkeyed(rest)
    end
  end
end

${GUARD}local deletions, results, messages, shorts, touched, claimed = 0, {}, {}, {}, {}, {}
for i = arg, #ARGV, 5 do
  local item, code, value = items[tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 2]
  local kind, at, key, window, reason = 0, nil, nil, nil, ''
  if #code > 1 and item.agreed then
    kind, at, key, window = refusal(item, code:sub(2))
    if code == 'de' then reason = ${literal(PARTS.expired)} end
    if code:sub(1, 2) == 'do' then reason = ${literal(PARTS.ownerLeft)} end
    code = code:sub(1, 1)
    if kind == 0 and code == 'd' and not item.value then kind = 6 end
  end
  if item.agreed and kind == 0 and not stopped then
    if code == 'm' then
      kind = 4
    elseif code == 's' or code == 'u' then
      load(item)
      if isClaimed(item, value, ARGV[i + 3]) then claimed[#claimed + 1] = item
      else kind = item.value and 2 or 1 end
    elseif code == 'd' and item.value then
      load(item)
      kind = 3
      value = item.value
    end
  end
  if kind > 0 and kind < 5 then
    at = nil
    last = candidate > last and candidate or last + 1
    local message = ${literal(PARTS.open)} .. integer(last) .. ARGV[6] .. item.id
    if kind == 4 then
      message = message .. ${literal(PARTS.event)} .. value
    else
      seq = seq + 1
      item.rev, item.timestamp = seq, last
      if not item.touched then
        item.touched = true
        touched[#touched + 1] = item
      end
      if kind == 3 then
        item.value, item.deletedBefore, item.deletedBeforeAt, item.at = false, seq, last, 0
        item.expires, item.owner = nil, nil
        size = size - 1
        deletions = deletions + 1
        message = message .. ${literal(PARTS.delete)}
      else
        if kind == 1 then
          item.created, item.place = seq, seq
          size = size + 1
          message = message .. ${literal(PARTS.create)}
        else
          if item.place == 0 then item.place = seq end
          -- Nobody knows which value they go on from where we did not number it.
          if ARGV[i + 4] ~= '' and item.at > 0 then
            shorts[#messages + 1] = ${literal(SHORT.open)} .. integer(last) .. ARGV[6] .. item.id .. ${literal(SHORT.from)} .. integer(item.at)
              .. ARGV[i + 4] .. ${literal(PARTS.seq)} .. integer(seq) .. ${literal(PARTS.epoch)} .. epoch
          end
          message = message .. ${literal(PARTS.update)}
        end
        item.own = live(item, kind, code == 'u', ARGV[i + 3])
        item.value, item.at = value, seq
      end
      if key then item.keys = keyed(item.keys, key, window) end
      message = message .. value .. reason .. '}' .. ${literal(PARTS.seq)} .. integer(seq)
    end
    messages[#messages + 1] = message .. ${literal(PARTS.epoch)} .. epoch
  end
  results[#results + 1] = kind
  results[#results + 1] = at or seq
  results[#results + 1] = last
end

local function claim()
  for _, item in ipairs(claimed) do
    if not item.touched then
      local text = item.known:match('^%d+ %d+ %d+ %d+ %d+ %d+') .. ' +' .. withLifetime(item)
      redis.call('HSET', meta, item.name, item.own ~= '' and text .. ' ' .. item.own or text)
    end
  end
end
if #messages == 0 then
  claim()
  return { 0, epoch, 0, replies, results, seq }
end
local function close(i) return isAtomic and i < #messages and ${literal(PARTS.more)} or ${literal(PARTS.close)} end

local removes = deletions > 0 or seq % ${LOOK_EVERY} == 0
local trims = removes
for _, item in ipairs(touched) do
  removes = removes or item.entombed
  if item.value then
    if not item.known then metas = metas + 1 end
    if item.entombed then graves = graves - 1 end
  else
    if item.known then metas = metas - 1 end
    if not item.entombed then graves = graves + 1 end
  end
end
-- Redis has the question since 7.0. DEL stands for writing to any of the keys.
local may = redis.acl_check_cmd
if may and not (may('PUBLISH', shared ~= '' and shared or own, '') and may('DEL', unpack(KEYS)) and may('HSET', head, '', '')
    and may('ZADD', revs, 0, '')
    and (not removes or may('HDEL', head, '') and may('ZREM', revs, ''))
    and (size > 0 or may('PEXPIRE', head, 1)) and (not fresh or may('PERSIST', head))) then
  return redis.error_reply('NOPERM a command of the commit')
end
redis.call('HSET', head, 'epoch', epoch, 'seq', integer(seq), 'timestamp', integer(last), 'horizon', integer(horizon),
  'counts', counts())
if renewed then forget() end
for _, item in ipairs(touched) do
  if item.value then
    redis.call('HSET', data, item.name, item.value)
    local text = integer(item.rev) .. ' ' .. integer(item.created) .. ' ' .. integer(item.place) .. ' '
      .. integer(item.deletedBefore) .. ' ' .. integer(item.deletedBeforeAt) .. ' ' .. integer(item.timestamp)
    local keys = withLifetime(item)
    if keys then text = text .. ' +' .. keys end
    if item.own ~= '' then text = text .. ' ' .. item.own end
    redis.call('HSET', meta, item.name, text)
    redis.call('ZADD', revs, integer(item.rev), item.name)
    if item.entombed then
      redis.call('ZREM', dead, item.name)
      redis.call('HDEL', gone, item.name)
    end
  else
    redis.call('HDEL', data, item.name)
    redis.call('HDEL', meta, item.name)
    redis.call('ZREM', revs, item.name)
    redis.call('HSET', gone, item.name, integer(item.deletedBeforeAt) .. ' '
      .. (item.keys and '+' .. item.keys .. ' ' or '') .. item.own)
    redis.call('ZADD', dead, integer(item.deletedBefore), item.name)
  end
end
claim()
${TRIM}${KEEP_LIFETIMES}
local presence = 0
if size == 0 then
  -- Nobody needs the position of an empty group forever; a later one starts another epoch.
  redis.call('PEXPIRE', head, seq > 0 and ARGV[5] or '${UNWRITTEN_TTL}')
  redis.call('PEXPIRE', gone, ARGV[5])
  redis.call('PEXPIRE', dead, ARGV[5])
  if before > 0 then
    presence = 2
    if index then redis.call('ZREM', index, ARGV[7]) end
  end
elseif fresh then
  redis.call('PERSIST', head)
  redis.call('PERSIST', gone)
  redis.call('PERSIST', dead)
  presence = 1
  if index then redis.call('ZADD', index, 0, ARGV[7]) end
end
for i, message in ipairs(messages) do
  -- Before the whole one, which is then a repeat. Who may not write there does without.
  if shorts[i] then redis.pcall('PUBLISH', own, shorts[i] .. close(i)) end
  if shared ~= '' then redis.call('PUBLISH', shared, message .. close(i))
  elseif not shorts[i] then redis.call('PUBLISH', own, message .. close(i)) end
end
return { 0, epoch, presence, replies, results, seq, earliest }
`,
};
