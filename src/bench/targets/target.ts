import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Dialect, III, SOCKET_IO } from '../wire/dialect.js';
import { ROOT } from './build.js';
import { Child, type Core } from './child.js';
import { scratch } from './scratch.js';

export type Reference = 'raw-ws' | 'raw-frame' | 'socket-io' | 'fossil';

/** A server that is measured, or measured against. */
export interface Target extends AsyncDisposable {
  readonly name: string;
  readonly dialect: Dialect;
  readonly rpcUrl: string;
  readonly socketUrl: string;
  readonly readyAfter: number;
  /** Where its relative paths are; undefined for a server that keeps nothing. */
  readonly directory?: string | undefined;
  /** Resident bytes; NaN for a server that was not started here. */
  memory(): Promise<number>;
  /** The most that it was since this was last asked; NaN likewise. */
  peakMemory(): Promise<number>;
  /** Milliseconds of processor time so far; NaN likewise. */
  cpu(): Promise<number>;
}

const TSX = import.meta.resolve('tsx');

export async function startReference(name: Reference, core: Core): Promise<Target> {
  const file = join(ROOT, `src/bench/references/${name}.ts`);
  const child = await Child.start([process.execPath, '--import', TSX, file], { core });
  return running(name, name === 'socket-io' ? SOCKET_IO : III, child, () => Promise.resolve());
}

export const IN_MEMORY = 'name: kv\n  config: { store_method: in_memory }';
export const FILE_BASED = 'name: kv\n  config: { store_method: file_based, file_path: ./data }';
export const redisAdapter = (url: string): string => `name: redis\n  config: { redis_url: '${url}' }`;

export interface OwnOptions {
  readonly name: string;
  /** The entry of a compiled server. */
  readonly main: string;
  readonly core: Core;
  /** YAML. */
  readonly adapter: string;
  readonly nodeArgs?: readonly string[];
}

/** Starts iii-stream with everything as it is by default but the bounds that one client address would run into. */
export async function startOwn(options: OwnOptions): Promise<Target> {
  const { name, main, core, adapter, nodeArgs = [] } = options;
  const directory = await scratch();
  const cwd = directory.path;
  const limits =
    'limits: { sockets_per_address: 0, subscriptions_per_socket: 100000, joins_per_second: 100000 }';
  const engine = 'engine: { host: 127.0.0.1, port: 0 }';
  const yaml = `host: 127.0.0.1\nport: 0\n${engine}\nadmin: false\n${limits}\nadapter:\n  ${adapter}\n`;
  await writeFile(join(cwd, 'config.yaml'), yaml);
  const command = [process.execPath, ...nodeArgs, main, '--config', 'config.yaml'];
  const child = await Child.start(command, { core, cwd });
  return running(name, III, child, async () => directory[Symbol.asyncDispose](), cwd);
}

/** A server that somebody else started: another iii engine. */
export const elsewhere = (rpcUrl: string, socketUrl: string): Target => ({
  name: 'other',
  dialect: III,
  rpcUrl,
  socketUrl,
  readyAfter: Number.NaN,
  memory: () => Promise.resolve(Number.NaN),
  peakMemory: () => Promise.resolve(Number.NaN),
  cpu: () => Promise.resolve(Number.NaN),
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

function running(
  name: string,
  dialect: Dialect,
  child: Child,
  after: () => Promise<void>,
  directory?: string,
): Target {
  const [rpcUrl, socketUrl] = child.urls;
  return {
    name,
    dialect,
    rpcUrl,
    socketUrl,
    readyAfter: child.readyAfter,
    directory,
    memory: () => child.memory(),
    peakMemory: () => child.peakMemory(),
    cpu: () => child.cpu(),
    [Symbol.asyncDispose]: async () => {
      await child[Symbol.asyncDispose]();
      await after();
    },
  };
}
