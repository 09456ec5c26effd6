import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findDrift, writeFiles } from './output.js';
import { render } from './render.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const output = path.join(root, 'generated');
const files = await render(path.join(root, 'spec'));

if (process.argv.slice(2).includes('--check')) {
  const faults = await findDrift(files, output);
  for (const fault of faults) console.error(`generated/${fault}`);
  if (faults.length > 0) {
    console.error('generated/ is not what spec/ gives. Fix with: npm run generate');
    process.exitCode = 1;
  }
} else {
  await writeFiles(files, output);
}
