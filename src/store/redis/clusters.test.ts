import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { RedisClusterServers } from '../testing/redis-server.js';
import { valkeyServer } from '../testing/valkey.js';
import { openRedisStore } from './index.js';

const GROUPS = ['a', 'b', 'c', 'd', 'e', 'f'];
const STORE = new URL('./index.ts', import.meta.url).href;

// Public report: redis/ioredis#754, a certificate of names checked against addresses.

test('a Valkey Cluster is found out by one address', { timeout: 60_000 }, async () => {
  await using cluster = await RedisClusterServers.start(0, { program: valkeyServer() });
  await using store = await openRedisStore({ url: cluster.servers[0]!.url, commandTimeoutMs: 4_000 });
  for (const group of GROUPS) {
    const at = { stream: 's', group, item: 'i' };
    await store.commit(at, { kind: 'set', value: '1' as never }, undefined);
    assert.equal(await store.get(at), '1');
  }
  const counts = await Promise.all(
    cluster.servers.map(async (server) => {
      const client = server.client();
      const count = (await client.keys('stream:*')).length;
      client.disconnect();
      return count;
    }),
  );
  assert.ok(counts.filter((count) => count > 0).length > 1, `on several nodes: ${counts}`);
});

test('a TLS Cluster whose certificate holds names and no address', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'iii-stream-tls-'));
  try {
    const tls = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    const subject = ['-subj', '/CN=iii-stream', '-addext', 'subjectAltName=DNS:localhost'];
    const files = ['-keyout', tls.key, '-out', tls.certificate];
    const made = spawnSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files],
      { encoding: 'utf8' },
    );
    assert.equal(made.status, 0, made.stderr);
    await using cluster = await RedisClusterServers.start(0, { tls });
    const url = `rediss://localhost:${cluster.tlsPorts[0]}`;
    const trusting = writeFrom(url, { NODE_EXTRA_CA_CERTS: tls.certificate });
    assert.equal(trusting.stdout, GROUPS.join(), trusting.stderr);
    const distrusting = writeFrom(url, {});
    assert.match(distrusting.stderr, /redis_unreachable|self-signed certificate/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Writes and reads in a process of its own: Node reads the authorities that it trusts beside its own when it starts. */
function writeFrom(url: string, env: NodeJS.ProcessEnv) {
  const program = `
    import { openRedisStore } from ${JSON.stringify(STORE)};
    const store = await openRedisStore({ url: ${JSON.stringify(url)}, commandTimeoutMs: 4_000 });
    const found = [];
    for (const group of ${JSON.stringify(GROUPS)}) {
      const at = { stream: 's', group, item: 'i' };
      await store.commit(at, { kind: 'set', value: JSON.stringify(group) }, undefined);
      found.push(JSON.parse(await store.get(at)));
    }
    process.stdout.write(found.join());
    await store[Symbol.asyncDispose]();
  `;
  return spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 30_000,
  });
}
