import { after, before } from 'node:test';
import { type ContractOptions, type OpenedStore, runStoreContract } from '../contract.js';
import { flushServer, RedisClusterServers, RedisServer } from '../testing/redis-server.js';
import { openRedisStore } from './index.js';

async function open(url: string, options: ContractOptions): Promise<OpenedStore> {
  let store = await openRedisStore({ url, ...options });
  return {
    store,
    reopen: async () => {
      await store[Symbol.asyncDispose]();
      store = await openRedisStore({ url, ...options });
      return store;
    },
    close: () => store[Symbol.asyncDispose]() as Promise<void>,
  };
}

let server: RedisServer;
let cluster: RedisClusterServers;

before(async () => {
  [server, cluster] = await Promise.all([RedisServer.start(), RedisClusterServers.start()]);
});

after(async () => {
  await Promise.all([server[Symbol.asyncDispose](), cluster[Symbol.asyncDispose]()]);
});

runStoreContract('redis', async (options) => {
  await flushServer(server);
  return open(server.url, options);
});

runStoreContract('redis cluster of three nodes', async (options) => {
  await cluster.flush();
  return open(cluster.url, options);
});
