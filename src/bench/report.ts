import type { Ratio, Result } from './measure.js';

const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

const verdict = ({ ratio, atLeast, atMost }: Ratio): string => {
  if (atLeast === undefined && atMost === undefined) return '';
  return (atLeast === undefined || ratio >= atLeast) && (atMost === undefined || ratio <= atMost)
    ? 'yes'
    : 'no';
};

const target = ({ atLeast, atMost }: Ratio): string =>
  atLeast !== undefined ? `≥ ${atLeast}` : atMost !== undefined ? `≤ ${atMost}` : '';

function rows({ scenario, unit, bound, series, ratios }: Result): string[] {
  const medianOf = (name: string): number => series.find((one) => one.name === name)?.median ?? Number.NaN;
  const figure = (name: string): string => `${NUMBER.format(medianOf(name))} ${unit}`;
  const compared = ratios.map((ratio) => {
    const { of, to } = ratio;
    const cells = [
      scenario,
      of,
      figure(of),
      to,
      figure(to),
      ratio.ratio.toFixed(2),
      ratio.spread.map((one) => one.toFixed(2)).join('-'),
      ratio.cpuRatio.toFixed(2),
      target(ratio),
      verdict(ratio),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  if (ratios.length > 0) return compared;
  return series.map(({ name, median }) => {
    const met = bound === undefined ? '' : median <= bound ? 'yes' : 'no';
    const cells = [
      scenario,
      name,
      figure(name),
      '',
      '',
      '',
      '',
      '',
      bound === undefined ? '' : `≤ ${bound}`,
      met,
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

/** A scenario that gave no figure. */
export interface Failure {
  readonly scenario: string;
  readonly reason: string;
}

/** The results as a markdown table of ratios, and what is not in it. */
export const markdown = (results: readonly Result[], failures: readonly Failure[]): string =>
  [
    '| scenario | of | median | to | median | ratio | of all rounds | per CPU | target | met |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...results.flatMap(rows),
    '',
    ...failures.map(({ scenario, reason }) => `Not measured: ${scenario}: ${reason}\n`),
  ].join('\n');

/** What a quick run says: its processes are cold, so it has no figures to show. */
export const harness = (results: readonly Result[], failures: readonly Failure[]): string =>
  [
    ...results.map(
      ({ scenario, series }) => `${scenario}: ran on ${series.map(({ name }) => name).join(', ')}`,
    ),
    ...failures.map(({ scenario, reason }) => `${scenario}: failed: ${reason}`),
    'A quick run measures cold processes for a tenth of a second, so it prints no figures.',
  ].join('\n');
