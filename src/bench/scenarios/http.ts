import { FanOut } from '../load/fan-out.js';
import { fillLong, firstPages, joinPaged, longestFrames } from '../load/pages.js';
import { reads } from '../load/requests.js';
import { IN_MEMORY, startOwn } from '../targets/target.js';
import { type Environment, OWN, own, type Scenario } from './scenario.js';

const WINDOW = 256;
const SUBSCRIBERS = 1_000;
/** Of a long group. */
const ITEMS = 100_000;

const fanOut = (name: string, window: number): Scenario => ({
  name: `http/${name}`,
  unit: 'deliveries/s',
  series: (environment: Environment) => {
    const subscribers = Math.ceil(SUBSCRIBERS / environment.scale);
    const options = { groups: 1, subscribers, idle: 0, window };
    return [
      ...own(environment, IN_MEMORY, (target) => FanOut.open(target, options)),
      ...own(environment, IN_MEMORY, (target) => FanOut.open(target, { ...options, door: 'sse' }), ' sse'),
    ];
  },
  goals: [{ of: `${OWN} sse`, to: OWN, atLeast: 0.9 }],
});

const notModified = (items: number, atLeast?: number): Scenario => ({
  name: `http/not-modified-${items}`,
  unit: 'replies/s',
  series: (environment) => [
    ...own(environment, IN_MEMORY, (target) => reads(target, items, false), ' 200'),
    ...own(environment, IN_MEMORY, (target) => reads(target, items, true), ' 304'),
  ],
  goals: [{ of: `${OWN} 304`, to: `${OWN} 200`, ...(atLeast === undefined ? {} : { atLeast }) }],
});

const firstPage: Scenario = {
  name: 'http/first-page',
  unit: 'ms',
  bound: 100,
  series: (environment) =>
    own(environment, IN_MEMORY, (target) => firstPages(target, Math.ceil(ITEMS / environment.scale))),
  goals: [],
};

const longestFrame: Scenario = {
  name: 'http/longest-frame',
  unit: 'bytes',
  bound: 256 * 1024,
  series: (environment) =>
    own(environment, IN_MEMORY, (target) => longestFrames(target, Math.ceil(ITEMS / environment.scale))),
  goals: [],
};

/** What each of so many clients that join a long group at once adds to the server's memory, at most. */
const joining = (clients: number): Scenario => ({
  name: `memory/joining-${clients}`,
  unit: 'bytes',
  bound: 8 * 1024 * 1024,
  series: ({ builds, core, scale }) =>
    builds.map(({ name, main }) => ({
      name,
      open: async () => ({
        run: async () => {
          await using target = await startOwn({ name, main, core, adapter: IN_MEMORY });
          const items = Math.ceil(ITEMS / scale);
          await fillLong(target, items);
          await target.peakMemory();
          const before = await target.memory();
          const readers = await joinPaged(target, items, clients);
          const figure = ((await target.peakMemory()) - before) / clients;
          for (const reader of readers) reader.close();
          return figure;
        },
        close: () => {},
      }),
    })),
  goals: [],
});

export const HTTP: readonly Scenario[] = [
  fanOut('fan-out-1000', WINDOW),
  fanOut('fan-out-1000-one-by-one', 1),
  notModified(1),
  notModified(100),
  notModified(400, 3),
  firstPage,
  longestFrame,
  joining(1),
  joining(10),
];
