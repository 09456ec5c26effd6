import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readReport } from '../report/json.js';
import { GRADES_DIRECTORY, GRADES_PAGE, readGrades } from './files.js';
import { gradeOf } from './grade.js';
import { renderGrades } from './render.js';

const USAGE = `Usage: npm run grades [-- --add REPORT.json --file NAME --target TEXT --graded YYYY-MM-DD --suite TEXT]

Renders conformance/GRADES.md of conformance/grades/*.json. With --add, a JSON report becomes such a file first.
`;

const one = { type: 'string' } as const;
const { values } = parseArgs({ options: { add: one, file: one, target: one, graded: one, suite: one } });
const { add, file, target, graded, suite } = values;
if (add !== undefined) {
  if (file === undefined || target === undefined || graded === undefined || suite === undefined) {
    process.stderr.write(USAGE);
    process.exit(2);
  }
  const grade = gradeOf(readReport(await readFile(add, 'utf8')), { target, graded, suite });
  await writeFile(path.join(GRADES_DIRECTORY, `${file}.json`), `${JSON.stringify(grade, null, 2)}\n`);
}
await writeFile(GRADES_PAGE, renderGrades(await readGrades()));
