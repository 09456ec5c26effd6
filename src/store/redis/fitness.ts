import { randomUUID } from 'node:crypto';
import type { JsonText } from '../../../generated/json-text.js';
import { LocalError } from '../../domain/errors.js';
import type { Store } from '../port.js';
import { type KeySpace, memberOf, PROBE_STREAM } from './keys.js';
import type { RedisConnection } from './redis-connection.js';

const VALUE = '1' as JsonText;

/**
 * Does once, in a group that goes again, what the store will have to do: a user that lacks a right, or a server that
 * takes no scripts, is found by the start and not by the first client.
 *
 * @throws LocalError `redis_unreachable` naming what failed, and the right that is missing
 */
export async function probeFitness(store: Store, connection: RedisConnection, keys: KeySpace): Promise<void> {
  const at = { stream: PROBE_STREAM, group: randomUUID() };
  const item = { ...at, item: 'probe' };
  const own = keys.group(memberOf(at));
  const steps: readonly (readonly [what: string, run: () => unknown])[] = [
    ['commit', () => store.commit(item, { kind: 'set', value: VALUE })],
    ['read', () => Promise.all([store.get(item), store.list(at)])],
    ['snapshot', () => store.snapshot(at)],
    ['resume', async () => store.changesSince(at, await store.snapshot(at))],
    ['publish', () => store.publish({ ...at, item: undefined, type: 'probe', data: VALUE })],
    [
      'list groups',
      () => connection.ask((client) => client.zrangebylex(keys.index, '-', '+', 'LIMIT', 0, 1)),
    ],
    ['scan', () => Promise.all(connection.masters().map((node) => node.scan('0', 'MATCH', keys.pattern)))],
    ['delete', () => store.commit(item, { kind: 'delete' })],
  ];
  try {
    for (const [what, run] of steps) {
      try {
        await run();
      } catch (error) {
        const cause = (await missingRight(connection, keys, own)) ?? deepest(error);
        const message = `redis_url: Redis at ${connection.target.label} is not fit for a store: ${what}: ${cause}`;
        throw new LocalError('redis_unreachable', message);
      }
    }
  } finally {
    // Without the right to do so they end by themselves.
    await connection.client.del(...own).catch(() => {});
  }
}

/** A script is refused as a whole; asked one by one, the server says which command it does not permit. */
async function missingRight(
  { client }: RedisConnection,
  keys: KeySpace,
  own: readonly string[],
): Promise<string | undefined> {
  const [data = '', head = '', , revs = ''] = own;
  const commands: readonly (readonly string[])[] = [
    ['EVAL', 'return 1', '1', data],
    ['HSET', head, 'probe', '1'],
    ['ZADD', revs, '1', 'probe'],
    ['HMGET', head, 'probe'],
    ['HGETALL', head],
    ['HSCAN', head, '0'],
    ['ZRANGEBYSCORE', revs, '-inf', '+inf'],
    ['HDEL', head, 'probe'],
    ['ZREM', revs, 'probe'],
    ['PEXPIRE', head, '1000'],
    ['PERSIST', head],
    ['DEL', head],
    ['PUBLISH', keys.sharesChannel ? keys.channel : keys.ownChannel, ''],
  ];
  for (const [name = '', ...args] of commands) {
    try {
      await client.call(name, ...args);
    } catch (error) {
      const message = deepest(error);
      if (message.startsWith('NOPERM')) return `${name}: ${message}`;
    }
  }
  return undefined;
}

/** What Redis itself said. */
export function deepest(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  return inner instanceof Error ? inner.message : String(inner);
}
