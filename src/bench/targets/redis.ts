import { freePort } from '../../net/testing/free-port.js';
import { Child, type Core } from './child.js';
import { scratch } from './scratch.js';

export interface RunningRedis extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Milliseconds of processor time so far. */
  cpu(): Promise<number>;
}

/** A `redis-server` that writes nothing to disk. */
export async function startRedis(core: Core): Promise<RunningRedis> {
  const directory = await scratch();
  const port = await freePort();
  const fixed = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = await Child.start(['redis-server', ...fixed], { core, cwd: directory.path });
  return {
    port,
    cpu: () => child.cpu(),
    url: `redis://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      await child[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}
