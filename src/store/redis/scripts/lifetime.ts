import type { Script } from './script.js';

/** Items that one call removes at most. */
export const MOST_DUE = 100;
/** Groups that one look finds at most. */
export const MOST_GROUPS = 64;

/** Lua: Redis' clock, in ms: nodes need not agree on what time it is. Defines `redisNow`. */
export const CLOCK = `
local clock
local function redisNow()
  if not clock then
    local time = redis.call('TIME')
    clock = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  end
  return clock
end
`;

/**
 * Lua: when an item is removed, and the owner that it goes with. In its meta they stand before the idempotency keys, as `@<ms>`
 * and `~<token>`, which no key looks like. Defines `redisNow`, `readLifetime` (takes them off the keys of an item), `withLifetime`
 * (puts them back), `live` (the rule of `domain/lifetime.ts`), `isClaimed` (the value is the item's own already, and only the owner
 * changes).
 */
export const LIFETIME = `${CLOCK}
local function readLifetime(item)
  local keys = item.keys
  if not keys then return end
  local at, owner, rest
  if keys:byte() == 64 then
    at, rest = keys:match('^@(%d+),?(.*)$')
    item.had, item.expires, keys = true, item.value and tonumber(at) or nil, rest
  end
  if keys:byte() == 126 then
    owner, rest = keys:match('^~([^,]+),?(.*)$')
    item.owner, keys = item.value and owner or nil, rest
  end
  item.keys = keys ~= '' and keys or nil
end
local function withLifetime(item)
  local keys = item.keys
  if item.owner then keys = '~' .. item.owner .. (keys and ',' .. keys or '') end
  if item.expires then keys = '@' .. integer(item.expires) .. (keys and ',' .. keys or '') end
  return keys
end
local function isClaimed(item, value, own)
  local owner = own:byte() == 126 and item.owner and item.value == value and own:match('^~=(%S+)')
  if owner then item.owner = owner end
  return owner
end
-- Returns the own id without what the lifetime puts before it.
local function live(item, kind, keeps, own)
  local new, ttl, owner
  if own:byte() == 64 then new, ttl, own = own:match('^@(n?)(%d+) ?(.*)$') end
  if own:byte() == 126 then owner, own = own:match('^~=?(%S+) ?(.*)$') end
  if ttl and (new == '' or kind == 1) then
    item.expires = ttl ~= '0' and redisNow() + tonumber(ttl) or nil
  elseif kind == 1 or not keeps then
    item.expires = nil
  end
  if owner or kind == 1 or not keeps then item.owner = owner end
  return own
end
`;

/**
 * Lua: keeps the group's items by when they are removed, and tells when the first is. Expects touched, ttl, due; defines
 * earliest: ms, '' when there is none any more, nil when nothing changed.
 */
export const KEEP_LIFETIMES = `
local earliest
for _, item in ipairs(touched) do
  if item.expires then
    redis.call('ZADD', ttl, integer(item.expires), item.name)
    earliest = ''
  elseif item.had then
    redis.call('ZREM', ttl, item.name)
    earliest = ''
  end
end
if earliest then
  earliest = redis.call('ZRANGE', ttl, 0, 0, 'WITHSCORES')[2] or ''
  if due then
    if earliest == '' then redis.call('ZREM', due, ARGV[7]) else redis.call('ZADD', due, earliest, ARGV[7]) end
  end
end
`;

/**
 * Which groups hold items that are due.
 *
 * Input:  KEYS due
 * Output: members
 */
export const DUE_GROUPS_SCRIPT: Script = {
  name: 'streamDueGroups',
  readOnly: false,
  lua: `${CLOCK}
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', redisNow()), 'LIMIT', 0, ${MOST_GROUPS})
`,
};

/**
 * Which items of a group are due. What is not as the items' metas say, because another engine removed it or keys were lost,
 * is put right.
 *
 * Input:  KEYS data, head, meta, revs, gone, dead, ttl
 * Output: { when the first of the group is due, in ms, or '', items that are due }
 */
export const DUE_ITEMS_SCRIPT: Script = {
  name: 'streamDueItems',
  readOnly: false,
  lua: `${CLOCK}
local found = {}
local now = string.format('%.0f', redisNow())
for _, item in ipairs(redis.call('ZRANGEBYSCORE', KEYS[7], '-inf', now, 'LIMIT', 0, ${MOST_DUE})) do
  local meta = redis.call('HEXISTS', KEYS[1], item) == 1 and redis.call('HGET', KEYS[3], item)
  local at = meta and meta:match('^[%d ]+ %+@(%d+)')
  if not at then redis.call('ZREM', KEYS[7], item)
  elseif tonumber(at) > tonumber(now) then redis.call('ZADD', KEYS[7], at, item)
  else found[#found + 1] = item end
end
return { redis.call('ZRANGE', KEYS[7], 0, 0, 'WITHSCORES')[2] or '', found }
`,
};
