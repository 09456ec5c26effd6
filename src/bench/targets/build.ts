import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The project's directory. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Compiles the server as it is packed, and returns the path of its entry. What users run is what is measured; types are checked elsewhere. */
export async function build(directory: string): Promise<string> {
  const out = join(directory, 'build');
  await promisify(execFile)('npx', ['tsc', '-p', 'tsconfig.build.json', '--noCheck', '--outDir', out], {
    cwd: ROOT,
  });
  return join(out, 'src/cli/main.js');
}
