import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { matchesAny } from '../runner/glob.js';
import { UsageError } from '../usage-error.js';
import { CLIENT_CASES } from './cases/index.js';
import { gradeClient } from './run.js';

export const CLIENT_USAGE = `Usage: iii-stream-conformance --client 'CMD' [options]

  --client 'CMD'        a command that follows one group (or item) and prints what it shows
  --only GLOB, --skip GLOB  choose scripts by id; * within a segment, ** across (repeatable)
  --known-failing FILE  scripts that fail, with reasons: {"resume/some-*": "reason"}
  --concurrency N       scripts at one time (default 4)
  --patience N          multiplies every time limit (default 1)
  --list                print the ids of the chosen scripts
  --help                this text

Exit code: 0 passed, 1 failed, 2 usage.
`;

/** Grades a client. @returns the exit code @throws UsageError */
export async function clientMain(args: readonly string[]): Promise<number> {
  const { values } = parse(args);
  if (values.help) {
    process.stdout.write(CLIENT_USAGE);
    return 0;
  }
  const cases = CLIENT_CASES.filter(
    ({ id }) => (values.only.length === 0 || matchesAny(id, values.only)) && !matchesAny(id, values.skip),
  );
  if (cases.length === 0) throw new UsageError('no script is chosen');
  if (values.list) {
    for (const { id } of cases) process.stdout.write(`${id}\n`);
    return 0;
  }
  const known = await readKnown(values['known-failing']);
  const results = await gradeClient(values.client, cases, {
    concurrency: Number(values.concurrency) || 1,
    patience: Number(values.patience) || 1,
  });
  let isGood = true;
  for (const { id, reason } of results) {
    const isKnown = Object.keys(known).some((glob) => matchesAny(id, [glob]));
    if ((reason === undefined) === !isKnown) continue;
    isGood = false;
    process.stdout.write(
      reason === undefined ? `PASSED although it is known to fail: ${id}\n` : `FAIL ${id}\n     ${reason}\n`,
    );
  }
  const passed = results.filter(({ reason }) => reason === undefined).length;
  process.stdout.write(`${passed}/${results.length} scripts passed\n${isGood ? 'PASSED' : 'FAILED'}\n`);
  return isGood ? 0 : 1;
}

function parse(args: readonly string[]) {
  const many = { type: 'string', multiple: true, default: [] as string[] } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        client: { type: 'string', default: '' },
        only: many,
        skip: many,
        'known-failing': { type: 'string' },
        concurrency: { type: 'string', default: '4' },
        patience: { type: 'string', default: '1' },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function readKnown(file: string | undefined): Promise<Readonly<Record<string, string>>> {
  if (file === undefined) return {};
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--known-failing: ${(error as Error).message}`);
  }
}
