import type { RedisConnection } from './redis-connection.js';
import type { RedisLogger } from './redis-options.js';

/** Says so when a server may drop keys to gain memory (D36). A server that does not let us ask is not judged. */
export async function warnOfEviction(connection: RedisConnection, logger: RedisLogger): Promise<void> {
  for (const server of connection.masters()) {
    const memory = await server.info('memory').catch(() => '');
    const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? 'noeviction';
    if (policy === 'noeviction') continue;
    const breaks = policy.startsWith('volatile')
      ? 'clients of groups without items may get full syncs'
      : 'stored items and whole groups may vanish without a trace';
    logger.warn({ policy }, `maxmemory-policy of Redis is ${policy}: ${breaks}; set it to noeviction`);
  }
}
