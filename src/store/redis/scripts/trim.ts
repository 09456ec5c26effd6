/** Tombstones that one call drops at most, so that a lowered bound does not stall Redis. */
const MAX_TRIMMED = 1_000;
/** Tombstones that one call drops for their age alone. */
const AGED_PER_CALL = 8;
/** Changes after which a group that deletes nothing looks for tombstones that are too old. */
export const LOOK_EVERY = 64;

/**
 * Lua: drops the oldest tombstones beyond the count and the age, and moves the horizon behind them.
 * Expects what `readHead` defines, candidate, trims; ARGV tombstones kept, ms they are kept.
 */
export const TRIM = `
if trims then
  local excess = graves - tonumber(ARGV[4])
  local limitAt = candidate - tonumber(ARGV[5])
  local limit = math.min(math.max(excess, 0) + ${AGED_PER_CALL}, ${MAX_TRIMMED})
  local oldest = redis.call('ZRANGE', dead, 0, limit - 1, 'WITHSCORES')
  local dropped = horizon
  for i = 1, #oldest, 2 do
    local timestamp = tonumber((redis.call('HGET', gone, oldest[i]) or '0'):match('^%d+'))
    if excess <= 0 and timestamp >= limitAt then break end
    excess = excess - 1
    graves = graves - 1
    dropped = tonumber(oldest[i + 1])
    redis.call('ZREM', dead, oldest[i])
    redis.call('HDEL', gone, oldest[i])
  end
  if dropped > horizon then
    redis.call('HSET', head, 'horizon', integer(dropped), 'counts', counts())
  end
end
`;
