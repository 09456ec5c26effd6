import { LocalError, messageOf } from '../../domain/errors.js';
import { createClient, createCluster } from './redis-client.js';
import { type RedisClient, RedisConnection } from './redis-connection.js';
import type { RedisLogger } from './redis-options.js';
import type { RedisTarget } from './redis-url.js';

interface Attempt {
  readonly target: RedisTarget;
  readonly timeoutMs: number;
  readonly logger: RedisLogger;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

/**
 * Connects within `timeoutMs`; a server that says it belongs to a Cluster is connected to as one.
 *
 * @throws LocalError `redis_unreachable`, or `redis_url` when several addresses are no Cluster
 */
export async function connect(
  target: RedisTarget,
  timeoutMs: number,
  logger: RedisLogger,
): Promise<RedisConnection> {
  const controller = new AbortController();
  // Unlike that of `AbortSignal.timeout`, this timer keeps the process alive: nothing else may while we wait.
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    return await connectAsItIs({ target, timeoutMs, logger, signal: controller.signal });
  } finally {
    clearTimeout(timer);
  }
}

async function connectAsItIs(attempt: Attempt): Promise<RedisConnection> {
  const { target, timeoutMs } = attempt;
  const single = await connectAny(attempt);
  const mode = await modeOf(single);
  const several = target.nodes.length > 1 && target.master === undefined;
  if (mode !== 'cluster' && !several) return selected(single);
  await single[Symbol.asyncDispose]();
  if (target.shared.db !== undefined) {
    throw new LocalError('redis_url', 'redis_url: names a database, and a Cluster has only database 0');
  }
  if (mode === 'standalone') {
    throw new LocalError(
      'redis_url',
      `redis_url: names several addresses, and ${target.label} is no Redis Cluster`,
    );
  }
  return connectOne(attempt, createCluster(target, timeoutMs));
}

/** Connects to the first address that responds. */
async function connectAny(attempt: Attempt): Promise<RedisConnection> {
  const { target, timeoutMs } = attempt;
  // Sentinels are asked one after another by the library.
  const nodes = target.master === undefined ? target.nodes : target.nodes.slice(0, 1);
  const share = timeoutMs / nodes.length;
  let last: unknown;
  for (const node of nodes) {
    try {
      return await connectOne(attempt, createClient(target, node, share));
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

async function connectOne(
  { target, logger, signal }: Attempt,
  client: RedisClient,
): Promise<RedisConnection> {
  const connection = new RedisConnection(target, client, logger);
  try {
    await established(client, signal);
    return connection;
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    const cause = connection.lastError || (error instanceof Error ? error.message : String(error));
    const why = signal.aborted ? 'no reply within the time allowed' : cause;
    throw new LocalError(
      'redis_unreachable',
      `redis_url: Redis at ${target.label} cannot be reached: ${why}`,
    );
  }
}

/** Resolves when a client is ready; rejects when its first attempt fails, or at the signal. */
function established(client: RedisClient, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      client.off('ready', onReady);
      signal.removeEventListener('abort', onAbort);
      act();
    };
    // The library's own promise stays open when a Cluster is not ready at first.
    const onReady = () => settle(resolve);
    const onAbort = () => settle(() => reject(signal.reason));
    client.once('ready', onReady);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    else client.connect().catch((error: unknown) => settle(() => reject(error)));
  });
}

/** The library goes on in database 0 when it may not select another one. @throws LocalError `redis_url` */
async function selected(connection: RedisConnection): Promise<RedisConnection> {
  const { db } = connection.target.shared;
  if (db === undefined) return connection;
  try {
    await connection.client.call('SELECT', String(db));
    return connection;
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    const message = `redis_url: database ${db} cannot be selected: ${messageOf(error)}`;
    throw new LocalError('redis_url', message);
  }
}

/** What the server says it is; undefined when it does not say. Servers of all makes say so in one of two ways. */
async function modeOf({ client }: RedisConnection): Promise<string | undefined> {
  try {
    const hello = (await client.call('HELLO')) as readonly unknown[];
    return String(hello[hello.indexOf('mode') + 1]);
  } catch {
    // Before Redis 6, or not permitted.
  }
  try {
    return /^(?:redis|server)_mode:(\w+)/m.exec(await client.info('server'))?.[1];
  } catch {
    // Asking is forbidden to some users; then the number of addresses decides.
    return undefined;
  }
}
