import { Calls } from '../load/calls.js';
import { answered, rpcConnections } from '../load/connect.js';
import type { Measured } from '../load/measured.js';
import { FILE_BASED, IN_MEMORY, type Target } from '../targets/target.js';
import type { Dialect, Write } from '../wire/dialect.js';
import { type Environment, OWN, own, references, type Scenario } from './scenario.js';

type Frame = (dialect: Dialect, write: Write) => Buffer;

const set: Frame = (dialect, write) => dialect.set(write);
const get: Frame = (dialect, write) => dialect.get(write);
const update: Frame = (dialect, write) => {
  if (dialect.update === undefined) throw new Error('this server has no update');
  return dialect.update(write);
};

/** `connections` × `window` calls in flight, on `items` items of a group per connection. */
const calls =
  (frame: Frame, connections: number, window: number, items = 100) =>
  async (target: Target): Promise<Measured> => {
    const sockets = await rpcConnections(target, connections);
    const write = (connection: number, n: number): Write => ({
      group: `rpc-${connection}`,
      item: `item-${String(n % items).padStart(4, '0')}`,
      n,
    });
    // What is read was written before.
    const sets = (connection: number): Buffer[] =>
      Array.from({ length: items }, (_, n) => set(target.dialect, write(connection, n)));
    await Promise.all(sockets.map((socket, connection) => answered(socket, sets(connection))));
    const load = new Calls(sockets, window, (connection, n) => frame(target.dialect, write(connection, n)));
    return {
      run: (ms) => load.run(ms),
      close: () => {
        for (const socket of sockets) socket.close();
      },
    };
  };

/** Sets, `connections` × `window` in flight. */
export const setCalls = (connections: number, window: number) => calls(set, connections, window);

const rpc = (name: string, frame: Frame, connections: number, window: number, atLeast?: number): Scenario => {
  const load = calls(frame, connections, window);
  return {
    name,
    unit: 'calls/s',
    series: (environment) => [
      ...own(environment, IN_MEMORY, load),
      ...references(environment, ['raw-ws', 'raw-frame', 'socket-io'], load),
    ],
    goals: [
      { of: OWN, to: 'raw-ws', ...(atLeast === undefined ? {} : { atLeast }) },
      { of: OWN, to: 'raw-frame' },
      { of: OWN, to: 'socket-io', atLeast: 1.8 },
    ],
  };
};

const updateOn = (name: string, items: number): Scenario => ({
  name,
  unit: 'calls/s',
  series: (environment) => [
    ...own(environment, IN_MEMORY, calls(update, 8, 16, items)),
    ...own(environment, IN_MEMORY, calls(set, 8, 16, items), ' set'),
  ],
  goals: [{ of: OWN, to: `${OWN} set`, atLeast: 0.9 }],
});

const durable: Scenario = {
  name: 'durable/set-256',
  unit: 'calls/s',
  series: (environment: Environment) => [
    ...own(environment, FILE_BASED, calls(set, 4, 64)),
    ...own(environment, IN_MEMORY, calls(set, 4, 64), ' in memory'),
  ],
  goals: [{ of: OWN, to: `${OWN} in memory`, atLeast: 0.6 }],
};

export const RPC: readonly Scenario[] = [
  rpc('rpc/set-1', set, 1, 1),
  rpc('rpc/set-8x16', set, 8, 16, 1.3),
  rpc('rpc/set-256', set, 1, 256),
  rpc('rpc/get-1', get, 1, 1),
  rpc('rpc/get-8x16', get, 8, 16, 1.8),
  rpc('rpc/get-256', get, 1, 256),
  updateOn('update/hot', 1),
  updateOn('update/1000', 1_000),
  durable,
];
