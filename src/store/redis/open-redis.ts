import { LocalError } from '../../domain/errors.js';
import type { Store } from '../port.js';
import { connect } from './connect-redis.js';
import { deepest, probeFitness } from './fitness.js';
import type { KeySpace } from './keys.js';
import { createSubscriberClient } from './redis-client.js';
import { type RedisStoreOptions, withDefaults } from './redis-options.js';
import { RedisStore } from './redis-store.js';
import { parseRedisUrl } from './redis-url.js';
import { type Channels, Subscriber } from './subscriber.js';

type Batch = Parameters<NonNullable<RedisStoreOptions['observer']>['batch']>;

const channelsOf = ({ sharesChannel, channel, ownChannel }: KeySpace): Channels =>
  sharesChannel ? { needed: [channel], wished: [ownChannel] } : { needed: [ownChannel], wished: [] };

/**
 * Connects to Redis and subscribes to its events; both are in place when it resolves.
 *
 * @throws LocalError `redis_url` (not understood, or not applicable) or `redis_unreachable` (within
 * `commandTimeoutMs`; or a right is missing); neither holds credentials
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<Store> {
  const target = parseRedisUrl(options.url);
  let isFit = false;
  // What the probe commits is nobody's change.
  const observer = { batch: (...batch: Batch) => isFit && options.observer?.batch(...batch) };
  const settings = withDefaults({ ...options, observer }, target.shared.db ?? 0);
  const { commandTimeoutMs, logger, keys } = settings;
  const connection = await connect(target, commandTimeoutMs, logger);
  const store = new RedisStore(connection, settings);
  const pick = () => {
    const nodes = connection.nodes();
    return nodes[Math.floor(Math.random() * nodes.length)]!;
  };
  const create = () => createSubscriberClient(target, pick(), commandTimeoutMs);
  try {
    await store.start((events) => new Subscriber(create, channelsOf(keys), events, logger));
    await probeFitness(store, connection, keys);
    isFit = true;
    return store;
  } catch (error) {
    await store[Symbol.asyncDispose]();
    if (error instanceof LocalError) throw error;
    const why = deepest(error);
    throw new LocalError('redis_unreachable', `redis_url: Redis at ${target.label} cannot be used: ${why}`);
  }
}
