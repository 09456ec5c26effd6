import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inPlace, PLACES } from './places.js';
import { installed, SDKS } from './sdks.js';
import { nameOf, type Row, tableOf } from './table.js';
import { FEATURES, trial } from './trial.js';

/**
 * `npm run sdks`: tries every SDK in every place, and writes `results.json` and README's table. `-- PART` tries those
 * whose names hold it. `--check` writes nothing, and fails where what it finds differs. An SDK that cannot be installed
 * or does not end fails the run. SDKS_DIR keeps what was installed.
 */
const RESULTS = fileURLToPath(new URL('results.json', import.meta.url));
const README = fileURLToPath(new URL('../../README.md', import.meta.url));
const BEGIN = '<!-- sdks: npm run sdks writes this table -->';

async function rowsOf(sdk: (typeof SDKS)[number], kept: string, problems: string[]): Promise<readonly Row[]> {
  const name = nameOf(sdk);
  try {
    const command = await installed(sdk, kept);
    const rows: Row[] = [];
    for (const place of PLACES) {
      const found = await inPlace(place, (where) => trial(command, where));
      for (const [feature, { outcome, why }] of found)
        if (outcome === 'fails') console.log(`${name}, ${place}: ${feature} fails: ${why}`);
      const outcomes = Object.fromEntries(FEATURES.map((feature) => [feature, found.get(feature)?.outcome]));
      rows.push({ sdk: name, place, outcomes } as Row);
      console.log(name, place, outcomes);
    }
    return rows;
  } catch (error) {
    problems.push(`${name} was not tried: ${String((error as Error).message ?? error)}`);
    return [];
  }
}

async function main(args: readonly string[]): Promise<void> {
  const part = args.find((arg) => !arg.startsWith('-'));
  const sdks = SDKS.filter((sdk) => part === undefined || nameOf(sdk).includes(part));
  const kept = process.env.SDKS_DIR ?? (await mkdtemp(join(tmpdir(), 'iii-sdks-')));
  const problems: string[] = [];
  const rows: Row[] = [];
  try {
    for (const sdk of sdks) rows.push(...(await rowsOf(sdk, kept, problems)));
  } finally {
    if (process.env.SDKS_DIR === undefined) await rm(kept, { recursive: true, force: true });
  }
  const known = JSON.parse(await readFile(RESULTS, 'utf8')) as readonly Row[];
  if (args.includes('--check')) {
    const texts = new Set(known.map(textOf));
    for (const row of rows)
      if (!texts.has(textOf(row))) problems.push(`results.json says otherwise of ${row.sdk}, ${row.place}`);
  } else if (problems.length === 0) {
    const all = SDKS.flatMap((sdk) => {
      const ofSdk = ({ sdk: name }: Row): boolean => name === nameOf(sdk);
      return rows.some(ofSdk) ? rows.filter(ofSdk) : known.filter(ofSdk);
    });
    await writeFile(RESULTS, `${JSON.stringify(all, null, 2)}\n`);
    await writeFile(README, withTable(await readFile(README, 'utf8'), tableOf(all)));
  }
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

const textOf = (row: Row): string => JSON.stringify(row);

/** README with the table in its place. */
function withTable(readme: string, table: string): string {
  const start = readme.indexOf(BEGIN);
  if (start < 0) throw new Error(`README.md has no line ${BEGIN}`);
  const rest = readme.slice(start + BEGIN.length).replace(/^\n+(\|[^\n]*\n)*/, '');
  return `${readme.slice(0, start)}${BEGIN}\n\n${table}\n${rest.startsWith('\n') ? '' : '\n'}${rest}`;
}

await main(process.argv.slice(2));
