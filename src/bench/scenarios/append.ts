import { Appends, type AppendsOptions } from '../load/appends.js';
import { FILE_BASED, IN_MEMORY, type Target } from '../targets/target.js';
import { type Environment, OWN, own, references, type Scenario } from './scenario.js';

const load = (options: AppendsOptions) => (target: Target) => Appends.open(target, options);

/**
 * Subscribers that take ops; a build that knows none sends them whole values.
 *
 * @param window tokens on their way at once; undefined = as many as keep the server busy
 */
const tokens = (name: string, window: number | undefined, atLeast: number | undefined): Scenario => ({
  name: `append/${name}`,
  unit: 'tokens/s',
  series: (environment: Environment) => {
    const subscribers = Math.ceil(100 / environment.scale);
    const bound = window === undefined ? {} : { window };
    const rate = (ops: boolean) => load({ subscribers, ops, figure: 'rate', ...bound });
    return [
      ...own(environment, IN_MEMORY, rate(true)),
      ...own(environment, IN_MEMORY, rate(false), ' whole values'),
      ...references(environment, ['fossil'], rate(true)),
    ];
  },
  goals: [
    { of: OWN, to: `${OWN} whole values`, ...(atLeast === undefined ? {} : { atLeast }) },
    { of: OWN, to: 'fossil', ...(atLeast === undefined ? {} : { atLeast: 5 }) },
  ],
});

const bytes = (
  name: string,
  figure: AppendsOptions['figure'],
  bound: number,
  goals: Scenario['goals'] = [],
): Scenario => ({
  name: `append/${name}`,
  unit: 'bytes',
  bound,
  series: (environment) => {
    const adapter = figure === 'disk' ? FILE_BASED : IN_MEMORY;
    const measured = load({ subscribers: 1, ops: true, figure });
    return [
      ...own(environment, adapter, measured),
      ...(figure === 'subscriber' ? references(environment, ['fossil'], measured) : []),
    ];
  },
  goals,
});

/** 2,000 tokens of about 4 bytes, appended to an item of 50 KB. */
export const APPEND: readonly Scenario[] = [
  tokens('tokens-to-100', undefined, 20),
  // Nothing to join: each token is a message of its own.
  tokens('single-tokens-to-100', 1, undefined),
  bytes('subscriber-bytes', 'subscriber', 200_000, [{ of: OWN, to: 'fossil', atMost: 0.5 }]),
  bytes('reply-bytes', 'replies', 400_000),
  bytes('disk-bytes', 'disk', 2_000_000),
];
