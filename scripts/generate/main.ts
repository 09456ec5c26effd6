import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileApart } from './compile.js';
import { findDrift, writeFiles } from './output.js';
import { render } from './render.js';
import { tellUndecided } from './undecided.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const output = path.join(root, 'generated');

/** Fails with one sentence, and leaves `generated/` as it is. */
function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

async function check(): Promise<void> {
  const drift = await findDrift(await render(path.join(root, 'spec')), output);
  for (const each of drift) console.error(`generated/${each}`);
  if (drift.length > 0) fail('generated/ is not what spec/ gives. Fix with: npm run generate');
}

async function write(): Promise<void> {
  const files = await render(path.join(root, 'spec'));
  const said = await compileApart(files);
  if (said !== '') fail(`${said}What the spec gives does not compile: generated/ is left as it was.`);
  else if ((await writeFiles(files, output)) > 0) await tellUndecided(root);
}

await (process.argv.slice(2).includes('--check') ? check() : write()).catch((error: Error) =>
  fail(error.message),
);
