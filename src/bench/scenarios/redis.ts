import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { FanOut } from '../load/fan-out.js';
import { RedisFanOut } from '../load/redis-fan-out.js';
import { ROOT } from '../targets/build.js';
import { pinned } from '../targets/child.js';
import { startRedis } from '../targets/redis.js';
import { redisAdapter, startOwn, type Target } from '../targets/target.js';
import { setCalls } from './rpc.js';
import { type Environment, type Opened, OWN, on, type Scenario, type Series } from './scenario.js';

/** `nodes` servers on one Redis, which has the other core: functions are called on the first, clients are on the last. */
async function startNodes({ builds, core, loadCore }: Environment, nodes: number): Promise<Target> {
  const { name, main } = builds[0]!;
  const redis = await startRedis(loadCore);
  const servers: Target[] = [];
  for (let n = 0; n < nodes; n += 1)
    servers.push(await startOwn({ name, main, core, adapter: redisAdapter(redis.url) }));
  const last = servers.at(-1)!;
  return {
    ...last,
    rpcUrl: servers[0]!.rpcUrl,
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) await server[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}

async function openScript({ core, loadCore }: Environment): Promise<Opened> {
  const redis = await startRedis(loadCore);
  const [file, ...args] = pinned(core, [process.execPath]);
  const child = fork(join(ROOT, 'src/bench/references/redis-script.ts'), [redis.url], {
    execPath: file!,
    execArgv: [...args, '--import', import.meta.resolve('tsx')],
  });
  await once(child, 'message');
  return {
    run: async (ms) => {
      child.send(ms);
      const [figure] = await once(child, 'message');
      return figure as number;
    },
    close: () => {},
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
      await redis[Symbol.asyncDispose]();
    },
  };
}

const script = (environment: Environment): Series => ({
  name: 'redis script',
  open: () => openScript(environment),
});

const set: Scenario = {
  name: 'redis/set-256',
  unit: 'calls/s',
  series: (environment) => [on(OWN, () => startNodes(environment, 1), setCalls(4, 64)), script(environment)],
  goals: [{ of: OWN, to: 'redis script', atLeast: 0.6 }],
};

const across: Scenario = {
  name: 'redis/fan-out-100-other-node',
  unit: 'deliveries/s',
  series: (environment) => {
    const options = { groups: 1, subscribers: Math.ceil(100 / environment.scale), idle: 0, window: 256 };
    return [
      on(
        OWN,
        () => startNodes(environment, 2),
        (target) => FanOut.open(target, options),
      ),
      { name: 'redis', open: () => RedisFanOut.start(environment, options) },
    ];
  },
  goals: [{ of: OWN, to: 'redis' }],
};

export const REDIS: readonly Scenario[] = [set, across];
