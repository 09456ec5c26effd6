import { FanOut, type FanOutOptions } from '../load/fan-out.js';
import type { Measured } from '../load/measured.js';
import { RedisFanOut } from '../load/redis-fan-out.js';
import { joinStorm, resumeStorm } from '../load/storm.js';
import { IN_MEMORY, type Target } from '../targets/target.js';
import { type Environment, type Goal, OWN, own, references, type Scenario } from './scenario.js';

const WINDOW = 256;

const scaled = (options: FanOutOptions, { scale }: Environment): FanOutOptions => ({
  ...options,
  groups: Math.ceil(options.groups / scale),
  subscribers: Math.ceil(options.subscribers / scale),
  idle: Math.ceil(options.idle / scale),
});

const load =
  (options: FanOutOptions, environment: Environment) =>
  (target: Target): Promise<Measured> =>
    FanOut.open(target, scaled(options, environment));

/** Clients that are there for one turn: those of all servers at once would be more open files than a process may have. */
const inTurn = (options: FanOutOptions, environment: Environment) => (target: Target) => {
  let current: FanOut | undefined;
  const measured: Measured = {
    enter: async () => {
      current = await FanOut.open(target, scaled(options, environment));
    },
    run: (ms) => current!.run(ms),
    leave: () => current?.close(),
    close: () => current?.close(),
  };
  return Promise.resolve(measured);
};

const fanOut = (subscribers: number, goals: readonly Goal[], connected = load): Scenario => {
  const options = { groups: 1, subscribers, idle: 0, window: WINDOW };
  return {
    name: `fan-out/${subscribers}`,
    unit: 'deliveries/s',
    series: (environment) => [
      ...own(environment, IN_MEMORY, connected(options, environment)),
      ...references(environment, ['raw-ws', 'raw-frame', 'socket-io'], connected(options, environment)),
      { name: 'redis', open: () => RedisFanOut.start(environment, scaled(options, environment)) },
    ],
    goals: [
      { of: OWN, to: 'raw-ws' },
      ...goals,
      { of: OWN, to: 'socket-io', atLeast: 1.8 },
      { of: OWN, to: 'redis', atLeast: 1 },
    ],
  };
};

const oneByOne = (subscribers: number): Scenario => {
  const options = { groups: 1, subscribers, idle: 0, window: 1 };
  return {
    name: `fan-out/${subscribers}-one-by-one`,
    unit: 'deliveries/s',
    series: (environment) => [
      ...own(environment, IN_MEMORY, load(options, environment)),
      ...references(environment, ['raw-ws', 'raw-frame'], load(options, environment)),
    ],
    // Latency ≤ 1.1 × is a rate ≥ 1 / 1.1 ×.
    goals: [{ of: OWN, to: 'raw-ws', atLeast: 0.91 }],
  };
};

const manyGroups: Scenario = {
  name: 'groups/1000x1',
  unit: 'deliveries/s',
  series: (environment) => {
    const few = load({ groups: 1_000, subscribers: 1, idle: 100, window: WINDOW }, environment);
    const many = load({ groups: 1_000, subscribers: 1, idle: 5_000, window: WINDOW }, environment);
    return [
      ...own(environment, IN_MEMORY, few),
      ...own(environment, IN_MEMORY, many, ' 5000 idle'),
      ...references(environment, ['raw-ws', 'raw-frame', 'socket-io'], few),
    ];
  },
  goals: [
    { of: OWN, to: 'raw-ws', atLeast: 1.2 },
    { of: `${OWN} 5000 idle`, to: OWN, atLeast: 0.97 },
    { of: OWN, to: 'socket-io', atLeast: 1.8 },
  ],
};

const storm: Scenario = {
  name: 'storm/join-500x1000',
  unit: 'syncs/s',
  series: (environment) => {
    const { scale } = environment;
    const join = (target: Target) => joinStorm(target, Math.ceil(500 / scale), Math.ceil(1_000 / scale));
    return [
      ...own(environment, IN_MEMORY, join),
      ...references(environment, ['raw-ws', 'raw-frame', 'socket-io'], join),
    ];
  },
  goals: [
    { of: OWN, to: 'raw-ws', atLeast: 1.2 },
    { of: OWN, to: 'socket-io', atLeast: 1.8 },
  ],
};

const comeback: Scenario = {
  name: 'storm/resume-500x10',
  unit: 'clients/s',
  series: (environment) =>
    own(environment, IN_MEMORY, (target) => resumeStorm(target, Math.ceil(500 / environment.scale))),
  goals: [],
};

const slow: Scenario = {
  name: 'fan-out/100-and-1-stalled',
  unit: 'deliveries/s',
  series: (environment) => {
    const healthy = { groups: 1, subscribers: 100, idle: 0, window: WINDOW };
    return [
      ...own(environment, IN_MEMORY, load({ ...healthy, stalled: 1 }, environment)),
      ...own(environment, IN_MEMORY, load(healthy, environment), ' all read'),
    ];
  },
  goals: [{ of: OWN, to: `${OWN} all read` }],
};

export const DELIVERY: readonly Scenario[] = [
  fanOut(1, []),
  fanOut(100, [{ of: OWN, to: 'raw-frame', atLeast: 0.85 }]),
  fanOut(1_000, [{ of: OWN, to: 'raw-frame', atLeast: 0.85 }]),
  fanOut(5_000, [{ of: OWN, to: 'raw-frame' }], inTurn),
  oneByOne(100),
  oneByOne(1_000),
  manyGroups,
  storm,
  comeback,
  slow,
];
