import { MAX_KEYS } from '../../../domain/condition.js';

/**
 * Lua: the idempotency keys of an item, `key:rev:timestamp` joined by commas. In its meta and remains they stand before the
 * own id, behind a `+`, which begins no JSON. Defines `unkeyed` (text → keys or nil, own id), `keyed`.
 */
export const KEYS_OF_ITEMS = `
local function unkeyed(text)
  if text:byte() ~= 43 then return nil, text end
  return text:match('^%+(%S*) ?(.*)$')
end
local function eachKey(keys) return (keys or ''):gmatch('([%w_-]+):(%d+):(%d+)') end
local function keyed(keys, key, window)
  local kept = {}
  for known, at, timestamp in eachKey(keys) do
    if known ~= key and tonumber(timestamp) > last - window then kept[#kept + 1] = known .. ':' .. at .. ':' .. timestamp end
  end
  while #kept > ${MAX_KEYS - 1} do table.remove(kept, 1) end
  kept[#kept + 1] = key .. ':' .. integer(seq) .. ':' .. integer(last)
  return table.concat(kept, ',')
end
`;

/**
 * Lua: the rule of `domain/condition.ts`. A guard is `*` (no condition), `r<rev>`, `-` absent, `+` exists, `e` its time is up, `o<token>` it
 * belongs to this owner or, where the token ends with a dot, to one that begins so,
 * or `!` (a condition that is known not to hold), then, where it has a key, ` <key> <ms that it is remembered>`.
 *
 * Defines `refusal` (item, guard → 5 conflict 6 not_found 7 duplicate or 0, the rev to tell, key or nil, ms), isAtomic, and
 * stopped: some change of all or none cannot be applied. Expects `load`, items, arg, count.
 */
export const GUARD = `
local function refusal(item, guard)
  load(item)
  local test, rev, key, window = guard:match('^(.)(%S*) ?(%S*) ?(%d*)$')
  window = tonumber(window)
  if key == '' then key = nil end
  if key then
    for known, at, timestamp in eachKey(item.keys) do
      if known == key and tonumber(timestamp) > candidate - window then return 7, tonumber(at) end
    end
  end
  local value = item.value
  if test == '+' then
    if not value then return 6, 0 end
  elseif test == 'e' then
    if not (item.expires and item.expires <= redisNow()) then return 5, item.at end
  elseif test == 'o' then
    local owner = item.owner or ''
    if not (value and (owner == rev or rev:sub(-1) == '.' and owner:sub(1, #rev) == rev)) then return 5, item.at end
  elseif test == '!' or (test == '-' and value) or (test == 'r' and not (value and item.at == tonumber(rev))) then
    return 5, item.at
  end
  return 0, item.at, key, window
end

local isAtomic, stopped = ARGV[12] == '1', false
if isAtomic then
  for i = 1, count do stopped = stopped or not items[i].agreed end
  for i = arg, #ARGV, 5 do
    local item, code = items[tonumber(ARGV[i])], ARGV[i + 1]
    if code:byte() == 120 or (#code > 1 and item.agreed and refusal(item, code:sub(2)) > 0) then stopped = true end
  end
end
`;
