export { openRedisStore } from './open.js';
export type { RedisLogger, RedisStoreOptions } from './options.js';
