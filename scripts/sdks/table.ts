import { PLACES, type PlaceName } from './places.js';
import { SDKS } from './sdks.js';
import { FEATURES, type Feature, type Outcome } from './trial.js';

/** What was found of one SDK in one place. */
export interface Row {
  readonly sdk: string;
  readonly place: PlaceName;
  readonly outcomes: Readonly<Record<Feature, Outcome>>;
}

const TITLES: Readonly<Record<Feature, string>> = {
  functions: 'functions',
  trigger: '`stream` trigger',
  join: '`stream:join` refuses',
  observe: 'observe',
  metadata: 'metadata',
  custom: 'custom stream',
  large: '12 MB call',
  reconnect: 'reconnect',
};

const CELLS: Readonly<Record<Outcome, string>> = { works: 'yes', 'not offered': '–', fails: '**no**' };

export const nameOf = ({ registry, version }: Pick<(typeof SDKS)[number], 'registry' | 'version'>): string =>
  `${registry} ${version}`;

/** The table of README: a cell tells of our own endpoint, and of the engines attached to which it is otherwise. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [
    ['iii-sdk', ...FEATURES.map((feature) => TITLES[feature])],
    ...SDKS.map((sdk) => [
      nameOf(sdk),
      ...FEATURES.map((feature) =>
        cellOf(
          rows.filter((row) => row.sdk === nameOf(sdk)),
          feature,
        ),
      ),
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}

function cellOf(rows: readonly Row[], feature: Feature): string {
  const [standalone, ...attached] = PLACES.map((place) => rows.find((row) => row.place === place));
  const here = standalone?.outcomes[feature];
  if (here === undefined) return 'not tried';
  const other = attached.filter((row) => row?.outcomes[feature] !== here);
  if (other.length === 0) return CELLS[here];
  return `${CELLS[here]}; not ${other.map((row) => row?.place.replace('attached ', '')).join(', ')}`;
}
