/** Milliseconds that the position of a group without items is kept when nobody ever wrote to it. */
const UNWRITTEN_TTL_MS = 3_600_000;

/** Lua: integers without exponent; Lua's own conversion rounds past 14 digits. */
export const INTEGER = `
local function integer(number) return string.format('%.0f', number) end
`;

/**
 * Lua: the group's position, created when there is none, so that the first change of a group continues the epoch that
 * its early subscribers were told. Expects locals: data, head (keys); ARGV timestamp candidate, epoch candidate.
 * A Redis that takes no writes still replies: the position is then not remembered.
 */
export const OPEN_HEAD = `
local at = redis.call('HMGET', head, 'epoch', 'seq', 'timestamp', 'horizon')
if not at[1] then
  at = { ARGV[2], '0', ARGV[1], '0' }
  local done = redis.pcall('HSET', head, 'epoch', at[1], 'seq', '0', 'timestamp', at[3], 'horizon', '0')
  if type(done) == 'number' and redis.call('EXISTS', data) == 0 then
    redis.call('PEXPIRE', head, '${UNWRITTEN_TTL_MS}')
  end
elseif at[2] == '0' and redis.call('EXISTS', data) == 0 then
  redis.pcall('PEXPIRE', head, '${UNWRITTEN_TTL_MS}')
end
`;

export const UNWRITTEN_TTL = String(UNWRITTEN_TTL_MS);

/** Lua: a text in long brackets, which nothing needs escaping in. */
export const literal = (text: string): string => `[==[${text}]==]`;
