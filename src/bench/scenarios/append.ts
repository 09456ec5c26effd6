import { Appends, type AppendsOptions } from '../load/appends.js';
import { FILE_BASED, IN_MEMORY, type Target } from '../targets/target.js';
import { type Environment, OWN, own, references, type Scenario } from './scenario.js';

const load = (options: AppendsOptions) => (target: Target) => Appends.open(target, options);

/** Subscribers that take ops; a build that knows none sends them whole values. */
const tokens: Scenario = {
  name: 'append/tokens-to-100',
  unit: 'tokens/s',
  series: (environment: Environment) => {
    const subscribers = Math.ceil(100 / environment.scale);
    const rate = (ops: boolean) => load({ subscribers, ops, figure: 'rate' });
    return [
      ...own(environment, IN_MEMORY, rate(true)),
      ...own(environment, IN_MEMORY, rate(false), ' whole values'),
      ...references(environment, ['fossil'], rate(true)),
    ];
  },
  goals: [
    { of: OWN, to: `${OWN} whole values`, atLeast: 20 },
    { of: OWN, to: 'fossil', atLeast: 5 },
  ],
};

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
  tokens,
  bytes('subscriber-bytes', 'subscriber', 200_000, [{ of: OWN, to: 'fossil', atMost: 0.5 }]),
  bytes('reply-bytes', 'replies', 400_000),
  bytes('disk-bytes', 'disk', 2_000_000),
];
