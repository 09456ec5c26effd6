/** Milliseconds that the position of a group without items is kept when nobody ever wrote to it. */
const UNWRITTEN_TTL_MS = 3_600_000;
export const UNWRITTEN_TTL = String(UNWRITTEN_TTL_MS);

/** Lua: a text in long brackets, which nothing needs escaping in. */
export const literal = (text: string): string => `[==[${text}]==]`;

const CHECK_PAIRS = `
renewed = renewed or metas ~= redis.call('ZCARD', revs) or graves ~= redis.call('HLEN', gone)
`;

/**
 * Lua: reads where the group stands, and decides whether its history can be resumed (D35). It cannot when the head is
 * missing, when it is of an older generation than the store, or when a key beside it is missing. Then `renewed` is true, the
 * group goes on under the candidate as its epoch, and every cursor of the old one is before `horizon`. Writes nothing.
 *
 * A commit may leave out what only those who resume need to know: the next of them finds it.
 *
 * Expects keys data, head, meta, revs, gone, dead; ARGV timestamp candidate, epoch candidate, its part that names store
 * and generation.
 * Defines epoch, seq, last, horizon, size (items), metas (items of ours), graves (tombstones), renewed, whole,
 * `integer`, `counts`, `forget`.
 */
export const readHead = (who: 'commit' | 'reader'): string => `
-- Lua's own conversion of integers rounds past 14 digits.
local function integer(number) return string.format('%.0f', number) end
local at = redis.call('HMGET', head, 'epoch', 'seq', 'timestamp', 'horizon', 'counts')
local size, metas, graves = redis.call('HLEN', data), redis.call('HLEN', meta), redis.call('ZCARD', dead)
local epoch, seq, last, horizon = at[1], tonumber(at[2] or 0), tonumber(at[3] or 0), tonumber(at[4] or 0)
local function counts() return integer(seq) .. ' ' .. metas .. ' ' .. graves end
local whole = size > 0 or metas == 0
local renewed = not epoch or not whole
if at[5] and at[5] ~= at[2] .. ' ' .. metas .. ' ' .. graves then
  -- Counts of another seq are those of a node that keeps none.
  renewed = renewed or at[5]:match('^%d+') == at[2]
end
${who === 'commit' ? '' : CHECK_PAIRS}
if not renewed and epoch:sub(1, #ARGV[3]) ~= ARGV[3] then
  local theirs = epoch:match('^%w+%-(%w+)%-')
  renewed = not theirs or tonumber(theirs, 36) < tonumber(ARGV[3]:match('%-(%w+)'), 36)
end
if renewed then
  epoch = ARGV[2]
  whole = whole and metas == redis.call('ZCARD', revs)
  for _, key in ipairs({ revs, dead }) do
    seq = math.max(seq, tonumber(redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')[2] or 0))
  end
  horizon = seq
  graves = 0
  if not whole then metas = 0 end
end
local function forget()
  redis.call('DEL', gone, dead)
  if not whole then redis.call('DEL', meta, revs) end
end
`;

/**
 * Lua: the same, and a new epoch is remembered, so that the first change of a group continues what its early subscribers
 * were told. A Redis that takes no writes still replies: with an epoch that no cursor can be resumed from.
 * Defines position, the head to return.
 */
export const OPEN_HEAD = `${readHead('reader')}
if renewed then
  last = math.max(tonumber(ARGV[1]), last + 1)
  local done = redis.pcall('HSET', head, 'epoch', epoch, 'seq', integer(seq), 'timestamp', integer(last),
    'horizon', integer(horizon), 'counts', counts())
  if type(done) == 'number' then
    forget()
    if size == 0 then redis.call('PEXPIRE', head, '${UNWRITTEN_TTL}') end
  else epoch = ARGV[3] .. '0' end
elseif seq == 0 and size == 0 then
  redis.pcall('PEXPIRE', head, '${UNWRITTEN_TTL}')
end
local position = { epoch, integer(seq), integer(last), integer(horizon) }
`;
