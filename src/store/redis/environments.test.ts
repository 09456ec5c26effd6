import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../net/testing/free-port.js';
import { RedisServer } from '../testing/redis-server.js';
import { GROUP, set } from '../testing/writing.js';
import { openRedisStore } from './index.js';

async function refusal(url: string): Promise<string> {
  try {
    await using _store = await openRedisStore({ url, commandTimeoutMs: 2_000 });
    return 'it started';
  } catch (error) {
    return (error as Error).message;
  }
}

test('a user that lacks a right is refused at the start, and the right is named', async () => {
  await using server = await RedisServer.start();
  const redis = server.client();
  try {
    for (const [rule, named] of [
      ['-publish', /publish/i],
      ['-scan', /scan: .*'scan' command/],
      ['-pexpire', /PEXPIRE/],
      ['-@write', /commit: .*HSET|hset/],
      ['-@scripting', /eval/i],
      ['resetchannels', /channel/],
    ] as const) {
      await redis.call('ACL', 'SETUSER', 'app', 'reset', 'on', '>p', '~*', '&*', '+@all', rule);
      const said = await refusal(`redis://app:p@127.0.0.1:${server.port}`);
      assert.match(said, named, `${rule}: ${said}`);
    }
    await redis.call('ACL', 'SETUSER', 'app', 'reset', 'on', '>p', '~*', '&*', '+@all');
    assert.equal(await refusal(`redis://app:p@127.0.0.1:${server.port}`), 'it started');
    assert.deepEqual(await redis.keys('*probe*'), []);
  } finally {
    redis.disconnect();
  }
});

test('a database that cannot be selected is refused', async () => {
  await using server = await RedisServer.start('--databases', '4');
  assert.match(await refusal(`${server.url}/4`), /redis_url: database 4 cannot be selected: ERR DB index/);
  assert.equal(await refusal(`${server.url}/3`), 'it started');
  const redis = server.client();
  await redis.call('ACL', 'SETUSER', 'app', 'on', '>p', '~*', '&*', '+@all', '-select');
  redis.disconnect();
  assert.match(
    await refusal(`redis://app:p@127.0.0.1:${server.port}/2`),
    /database 2 cannot be selected: NOPERM/,
  );
});

test('several addresses of a server that is no Cluster say so', async () => {
  await using server = await RedisServer.start();
  assert.match(await refusal(`${server.url},${server.url}`), /several addresses, and .* is no Redis Cluster/);
});

for (const [why, refuse, allow] of [
  ['OOM', ['maxmemory', '1'], ['maxmemory', '0']],
  ['NOREPLICAS', ['min-replicas-to-write', '1'], ['min-replicas-to-write', '0']],
] as const) {
  test(`a Redis that refuses writes (${why}) is not writable until it takes them, whoever asks`, async () => {
    await using server = await RedisServer.start();
    await using store = await openRedisStore({ url: server.url, commandTimeoutMs: 2_000 });
    await set(store, 'a', '1');
    const redis = server.client();
    try {
      await redis.config('SET', ...refuse);
      await assert.rejects(set(store, 'a', '2'), /Redis/);
      assert.equal(store.health().writable, false);
      await wait(1_200);
      assert.equal(store.health().writable, false, 'as long as it lasts');
      await redis.config('SET', ...allow);
      while (!store.health().writable) await wait(20);
      await set(store, 'a', '3');
      assert.equal(await store.get({ ...GROUP, item: 'a' }), '3');
    } finally {
      redis.disconnect();
    }
  });
}

/** A Sentinel that watches `master`. */
async function startSentinel(master: RedisServer): Promise<{ port: number } & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), 'iii-stream-sentinel-'));
  const port = await freePort();
  const file = join(directory, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${directory}`,
    `sentinel monitor main 127.0.0.1 ${master.port} 1`,
    'sentinel down-after-milliseconds main 500',
    'sentinel failover-timeout main 2000',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const child: ChildProcess = spawn('redis-server', [file, '--sentinel'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  let log = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(log)));
    child.stdout!.on('data', (text: Buffer) => {
      log += text.toString();
      // It knows the replica, so that it has one to promote.
      if (log.includes('+slave')) resolve();
    });
  });
  child.removeAllListeners('exit');
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

test('Sentinel: the master is found by its name, and the next one after a failover', {
  timeout: 60_000,
}, async () => {
  await using master = await RedisServer.start();
  const replicaOf = ['--replicaof', `127.0.0.1 ${master.port}`, '--repl-diskless-sync-delay', '0'];
  await using replica = await RedisServer.start(...replicaOf);
  await using sentinel = await startSentinel(master);
  const address = `127.0.0.1:${sentinel.port}`;
  assert.match(await refusal(`redis-sentinel://${address}/other`), /redis_url: .*\/other cannot be reached/);
  await using store = await openRedisStore({
    url: `redis+sentinel://${address}/main`,
    commandTimeoutMs: 2_000,
  });
  const { change } = await set(store, 'a', '1');
  const before = change!.epoch;
  const redis = replica.client();
  while ((await redis.get('none')) === null && !(await redis.info('replication')).includes('link_status:up'))
    await wait(20);
  while ((await redis.hget('stream:chat:room', 'a')) !== '1') await wait(20);
  redis.disconnect();
  await master.kill();
  for (;;) {
    const written = await set(store, 'b', '1').catch(() => undefined);
    if (written !== undefined) {
      assert.notEqual(written.change!.epoch, before, 'another server may hold less');
      break;
    }
    await wait(50);
  }
  assert.equal(await store.get({ ...GROUP, item: 'a' }), '1');
});
