import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkBindings } from './bindings-check/check.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/** Where all languages are expected, one that is not installed is a failure. */
const isComplete = process.env.CI === 'true';

for (const { language, version, failures } of await checkBindings(root)) {
  const skipped = version === undefined;
  if (skipped) console.error(`${language}: skipped, it is not installed`);
  else if (failures.length === 0)
    console.log(`${language}: compiles, and the test vectors hold (${version})`);
  for (const failure of failures) console.error(`${language}: ${failure}`);
  if (failures.length > 0 || (skipped && isComplete)) process.exitCode = 1;
}
