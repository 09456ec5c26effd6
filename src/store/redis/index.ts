export { openRedisStore } from './open-redis.js';
export type { RedisLogger, RedisStoreOptions } from './redis-options.js';
