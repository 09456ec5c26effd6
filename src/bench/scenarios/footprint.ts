import { setTimeout as delay } from 'node:timers/promises';
import { clients, joinAll, rpcConnections } from '../load/connect.js';
import { fill } from '../load/storm.js';
import { IN_MEMORY, startOwn, type Target } from '../targets/target.js';
import type { LeanSocket } from '../wire/lean-socket.js';
import type { Environment, Scenario, Series } from './scenario.js';

/** Collects garbage four times a second, so that resident memory is what is held. */
const TIDY = ['--expose-gc', '--import', 'data:text/javascript,setInterval(gc,250).unref()'];
/**
 * Milliseconds in which the last garbage goes. After a burst of allocation V8 keeps its young generation for two to
 * three seconds, 20 MB that belong to nothing. A quick run's figures are of no interest.
 */
const settle = (scale: number): Promise<void> => delay(4_000 / scale);

interface Load {
  /** How many there are before the first look, so that what is made once is there. */
  readonly warm: number;
  readonly count: number;
  /** Adds so many; what it returns is closed at the end. */
  add(target: Target, count: number, before: readonly LeanSocket[]): Promise<readonly LeanSocket[]>;
}

/** Each figure comes from a process of its own: freed memory is not given back. */
const perUnit =
  (load: Load) =>
  (environment: Environment): Series[] =>
    environment.builds.map(({ name, main }) => ({
      name,
      open: async () => ({
        run: async () => {
          const { core, scale } = environment;
          await using target = await startOwn({ name, main, core, adapter: IN_MEMORY, nodeArgs: TIDY });
          const sockets = await load.add(target, Math.ceil(load.warm / scale), []);
          await settle(scale);
          const before = await target.memory();
          const count = Math.ceil(load.count / scale);
          const more = await load.add(target, count, sockets);
          await settle(scale);
          const figure = ((await target.memory()) - before) / count;
          for (const socket of [...sockets, ...more]) socket.close();
          return figure;
        },
        close: () => {},
      }),
    }));

const connection: Load = {
  warm: 500,
  count: 5_000,
  add: (target, count) => clients(target, count),
};

const CONNECTIONS = 100;

/**
 * On 100 connections that are there already, 20,000 subscriptions to 200 groups. What one of many costs is the slope
 * from 20,000 to 40,000 of them; the first 20,000 of a server also bear what is compiled and allocated once.
 */
const subscriptions = (warm: number): Load => ({
  warm,
  count: 20_000,
  add: async (target, count, before) => {
    const isFirst = before.length === 0;
    const sockets = isFirst ? await clients(target, CONNECTIONS) : before;
    const each = Math.ceil(count / sockets.length);
    for (let n = 0; n < each; n += 1)
      await joinAll(target, sockets, () => `${isFirst ? 'first' : 'more'}-${n}`);
    return isFirst ? sockets : [];
  },
});

const item: Load = {
  warm: 1_000,
  count: 50_000,
  add: async (target, count) => {
    await fill(target, `items-${count}`, count);
    return rpcConnections(target, 1);
  },
};

const footprint = (name: string, load: Load, bound?: number): Scenario => ({
  name: `memory/${name}`,
  unit: 'bytes',
  ...(bound === undefined ? {} : { bound }),
  series: perUnit(load),
  goals: [],
});

const startUp: Scenario = {
  name: 'start-up',
  unit: 'ms',
  series: ({ builds, core }) =>
    builds.map(({ name, main }) => ({
      name,
      open: async () => ({
        run: async () => {
          await using target = await startOwn({ name, main, core, adapter: IN_MEMORY });
          return target.readyAfter;
        },
        close: () => {},
      }),
    })),
  goals: [],
};

export const FOOTPRINT: readonly Scenario[] = [
  startUp,
  footprint('idle-connection', connection, 12 * 1024),
  footprint('subscription', subscriptions(20_000), 400),
  footprint('first-subscriptions', subscriptions(CONNECTIONS)),
  footprint('item', item),
];
