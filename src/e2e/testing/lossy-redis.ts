import type { Redis } from 'ioredis';
import { RedisServer } from '../../store/testing/redis-server.js';
import { TcpSwitch } from '../../store/testing/tcp-switch.js';

/** A Redis at one address that loses, on demand, what was written since it was told to keep. */
export interface LossyRedis extends AsyncDisposable {
  readonly url: string;
  /** What is there now will survive. */
  keep(): Promise<void>;
  /** Goes away, and comes back with what was kept, or with all where it loses nothing. */
  lose(): Promise<void>;
}

async function command(server: RedisServer, run: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = server.client();
  try {
    await run(client);
  } finally {
    client.disconnect();
  }
}

/** Its file is synced with each write: it is killed and started again, and loses nothing. */
async function withFile(): Promise<LossyRedis> {
  const server = await RedisServer.start('--appendfsync', 'always');
  return {
    url: server.url,
    keep: async () => {},
    lose: async () => {
      await server.kill();
      await server.start();
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** It saves when told to alone, and is killed. */
async function withSnapshots(): Promise<LossyRedis> {
  const server = await RedisServer.start('--appendonly', 'no');
  return {
    url: server.url,
    keep: () => command(server, (client) => client.save()),
    lose: async () => {
      await server.kill();
      await server.start();
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const replicaOf = ({ port }: RedisServer): Promise<RedisServer> =>
  RedisServer.start('--replicaof', '127.0.0.1', String(port), '--repl-diskless-sync-delay', '0');

/** Its replica stops following, and is promoted later. */
async function withReplica(): Promise<LossyRedis> {
  let master = await RedisServer.start();
  let replica = await replicaOf(master);
  const address = await TcpSwitch.open(master.port);
  return {
    url: address.url,
    keep: () =>
      command(replica, async (client) => {
        while (!(await client.info('replication')).includes('master_link_status:up'))
          await new Promise((resolve) => setTimeout(resolve, 10));
        await client.replicaof('NO', 'ONE');
      }),
    lose: async () => {
      const old = master;
      master = replica;
      address.to(master.port);
      await old[Symbol.asyncDispose]();
      replica = await replicaOf(master);
    },
    [Symbol.asyncDispose]: async () => {
      await address[Symbol.asyncDispose]();
      await Promise.all([master, replica].map((server) => server[Symbol.asyncDispose]()));
    },
  };
}

export const LOSSY_REDIS = {
  'append-only file': withFile,
  'snapshots and kill -9': withSnapshots,
  'a replica that is behind': withReplica,
} as const;
