import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { upgrade } from './upgrade/upgrade.js';

const USAGE = `Usage: npm run spec:upgrade -- REFERENCE [--version VERSION] [--write]

REFERENCE is a file, or the ws:// URL of a running engine, which is asked for its functions and trigger types.
Says what changed against spec/api-reference.json, and what has to be done. --write takes it over and generates.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    version: { type: 'string' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean' },
  },
});
const [source] = positionals;
if (source === undefined || values.help === true) {
  console.log(USAGE);
  process.exitCode = values.help === true ? 0 : 2;
} else {
  const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
  const report = await upgrade(root, source, { version: values.version, write: values.write }).catch(
    (error: Error) => ({ lines: [error.message], done: false }),
  );
  for (const line of report.lines) console.log(line);
  if (!report.done) process.exitCode = 1;
}
