// Loaded before the sources are run as they are, which nobody compiles: not with a generated schema that they do not
// implement. The generator leaves the mark where what it wrote makes something undecided.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const mark = `${root}.unchecked`;
if (existsSync(mark)) {
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  const { status } = spawnSync(process.execPath, [tsc, '--noEmit', '-p', root], { stdio: 'ignore' });
  if (status === 0) rmSync(mark);
  else {
    console.error('The sources do not implement what generated/ says: npm run typecheck names the places.');
    process.exit(1);
  }
}
