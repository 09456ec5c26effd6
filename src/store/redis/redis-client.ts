import { Cluster, Redis } from 'ioredis';
import { backoffMs } from '../../net/backoff.js';
import type { RedisNode, RedisTarget } from './redis-url.js';

/** Milliseconds between two looks at which node serves what. */
const SLOTS_REFRESH_MS = 2_000;
/** Milliseconds until the next attempt to connect. */
export const retryStrategy = (attempt: number): number =>
  backoffMs(attempt, { firstMs: 50, longestMs: 2_000 });
/** Milliseconds that an unresponsive socket is given to close. */
const DISCONNECT_MS = 200;

/**
 * Nothing is queued or sent again behind our back: a write without a reply may have happened, so the
 * caller has to be told instead.
 */
const common = (target: RedisTarget, timeoutMs: number) => ({
  ...target.shared,
  lazyConnect: true,
  connectTimeout: timeoutMs,
  commandTimeout: timeoutMs,
  socketTimeout: timeoutMs,
  disconnectTimeout: DISCONNECT_MS,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  // After a failover behind one address the connection still leads to the old master.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
});

/** The server itself, or the Sentinels that know it. */
const whereIs = ({ nodes, master }: RedisTarget, node: RedisNode, timeoutMs: number) =>
  master === undefined
    ? node
    : {
        sentinels: [...nodes],
        name: master,
        sentinelCommandTimeout: timeoutMs,
        sentinelRetryStrategy: retryStrategy,
      };

/** A connection to one server, or the master that Sentinels name, that comes back by itself. Not connected yet. */
export const createClient = (target: RedisTarget, node: RedisNode, timeoutMs: number): Redis =>
  new Redis({
    ...common(target, timeoutMs),
    ...whereIs(target, node, timeoutMs),
    enableOfflineQueue: false,
    retryStrategy,
  });

/** A connection to one server for its events; when it is lost it stays lost. Not connected yet. */
export const createSubscriberClient = (target: RedisTarget, node: RedisNode, timeoutMs: number): Redis =>
  new Redis({
    ...common(target, timeoutMs),
    ...whereIs(target, node, timeoutMs),
    enableOfflineQueue: false,
    retryStrategy: () => null,
  });

/**
 * Connections to all nodes of a Cluster, which come back by themselves. Not connected yet. Commands wait for the
 * connection to their node, within their time; it empties its queue whenever it fails to connect.
 */
export const createCluster = (target: RedisTarget, timeoutMs: number): Cluster =>
  new Cluster([...target.nodes], {
    lazyConnect: true,
    redisOptions: common(target, timeoutMs),
    // A certificate names hosts: their names have to reach the TLS check, which looks them up itself.
    ...(target.shared.tls === undefined ? {} : { dnsLookup: keepName }),
    slotsRefreshTimeout: timeoutMs,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    clusterRetryStrategy: retryStrategy,
    clusterNodeRetryStrategy: retryStrategy,
    // 0 = don't send again what may have been executed.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
  });

const keepName = (host: string, found: (error: null, host: string) => void): void => found(null, host);

/** Closes a client and waits until it is closed; a client between two attempts never says so, which is not waited for. */
export async function endClient(client: Redis | Cluster): Promise<void> {
  if (client.status === 'end') return;
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<void>((resolve) => {
    client.once('end', () => resolve());
    timer = setTimeout(resolve, 2 * DISCONNECT_MS);
  });
  client.disconnect();
  await ended;
  clearTimeout(timer);
}
