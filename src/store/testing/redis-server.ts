import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort, freePorts } from '../../net/testing/free-port.js';

/** What stands in for `redis-server`, and the certificate (PEM files) of a Cluster that speaks TLS. */
export interface ServerKind {
  readonly program?: string;
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** A real `redis-server` on a free port of loopback, with an append-only file in a temporary directory. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly #directory: string;
  readonly #args: readonly string[];
  readonly #program: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, directory: string, args: readonly string[], program: string) {
    this.port = port;
    this.#directory = directory;
    this.#args = args;
    this.#program = program;
  }

  /** Starts a server; a missing `redis-server` is an error. */
  static start(...args: string[]): Promise<RedisServer> {
    return RedisServer.run('redis-server', args);
  }

  /** The same with another program. */
  static async run(program: string, args: readonly string[]): Promise<RedisServer> {
    const directory = await mkdtemp(join(tmpdir(), 'iii-stream-redis-'));
    const server = new RedisServer(await freePort(), directory, args, program);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts the server, again or for the first time, and waits until it takes commands. */
  async start(): Promise<void> {
    const fixed = [
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
      '--dir',
      this.#directory,
      '--save',
      '',
    ];
    const child = spawn(this.#program, [...fixed, '--appendonly', 'yes', ...this.#args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    process.once('exit', () => child.kill('SIGKILL'));
    let log = '';
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`${this.#program} ended:\n${log}`)));
      child.stdout!.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        if (log.includes('Ready to accept connections')) resolve();
      });
    });
    child.removeAllListeners('exit');
    child.stdout!.removeAllListeners('data').resume();
  }

  /** Ends the process without a chance to clean up. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Stops answering, with connections open. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  /** A connection of the test's own. */
  client(): Redis {
    return new Redis({ host: '127.0.0.1', port: this.port });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** A Redis Cluster of three masters on loopback; the masters are the first three servers. */
export class RedisClusterServers implements AsyncDisposable {
  readonly servers: readonly RedisServer[];
  /** Empty without TLS. */
  readonly tlsPorts: readonly number[];

  private constructor(servers: readonly RedisServer[], tlsPorts: readonly number[]) {
    this.servers = servers;
    this.tlsPorts = tlsPorts;
  }

  /**
   * @param replicas of each master
   * @param kind with TLS, the nodes name each other `localhost`
   */
  static async start(
    replicas = 0,
    { program = 'redis-server', tls }: ServerKind = {},
  ): Promise<RedisClusterServers> {
    const servers: RedisServer[] = [];
    const tlsPorts = tls === undefined ? [] : await freePorts(3 * (1 + replicas));
    for (let n = 0; n < 3 * (1 + replicas); n++) {
      const bus = String(await freePort());
      const options = ['--cluster-enabled', 'yes', '--cluster-port', bus, '--cluster-node-timeout', '1000'];
      if (tls !== undefined) options.push(...tlsOptions(tls, tlsPorts[n] as number));
      servers.push(await RedisServer.run(program, [...options, '--repl-diskless-sync-delay', '0']));
    }
    const cluster = new RedisClusterServers(servers, tlsPorts);
    const nodes =
      tls === undefined
        ? servers.map(({ port }) => `127.0.0.1:${port}`)
        : ['--tls', '--cacert', tls.certificate, ...tlsPorts.map((port) => `localhost:${port}`)];
    const create = spawn(
      'redis-cli',
      ['--cluster', 'create', ...nodes, '--cluster-replicas', String(replicas), '--cluster-yes'],
      {
        stdio: 'ignore',
      },
    );
    const [code] = (await once(create, 'exit')) as [number];
    if (code !== 0) throw new Error(`redis-cli --cluster create failed with ${code}`);
    await Promise.all(servers.map(awaitCluster));
    return cluster;
  }

  /** `redis_url` of the whole Cluster. */
  get url(): string {
    return this.servers.map(({ url }) => url).join(',');
  }

  /** Empties the Cluster, and waits until what was published before has reached every node. */
  async flush(): Promise<void> {
    await Promise.all(this.servers.map(flushServer));
    const clients = this.servers.map((server) => server.client());
    try {
      const arrived = clients.map((client) => countMessages(client, 'drain', this.servers.length));
      await Promise.all(clients.map((client) => client.subscribe('drain')));
      const senders = this.servers.map((server) => server.client());
      await Promise.all(senders.map((sender) => sender.publish('drain', '')));
      for (const sender of senders) sender.disconnect();
      await Promise.all(arrived);
    } finally {
      for (const client of clients) client.disconnect();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server[Symbol.asyncDispose]()));
  }
}

/** The nodes know each other by a name, and their certificate holds no address. */
const tlsOptions = (
  { certificate, key }: { readonly certificate: string; readonly key: string },
  port: number,
): string[] => [
  ...['--tls-port', String(port), '--tls-cluster', 'yes', '--tls-auth-clients', 'no'],
  ...['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate],
  ...['--cluster-announce-hostname', 'localhost', '--cluster-preferred-endpoint-type', 'hostname'],
];

function countMessages(client: Redis, channel: string, count: number): Promise<void> {
  let left = count;
  return new Promise((resolve) => {
    client.on('message', (from: string) => {
      if (from === channel && --left === 0) resolve();
    });
  });
}

/** The state spreads by gossip, which tells nobody when it is done. */
async function awaitCluster(server: RedisServer): Promise<void> {
  const client = server.client();
  try {
    for (;;) {
      const [cluster, replication] = [await client.cluster('INFO'), await client.info('replication')];
      const isCopied = /role:master|master_link_status:up/.test(replication);
      if (isCopied && cluster.includes('cluster_state:ok')) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    client.disconnect();
  }
}

/** Empties a server. */
export async function flushServer(server: RedisServer): Promise<void> {
  const client = server.client();
  try {
    await client.flushall();
  } finally {
    client.disconnect();
  }
}
