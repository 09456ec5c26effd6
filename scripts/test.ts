import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOMS = ['src', 'scripts', 'conformance'];
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Arguments are parts of paths; a test file that holds any of them runs. Without arguments all run. */
const filters = process.argv.slice(2);
const files = (await Promise.all(ROOMS.map(testsBelow)))
  .flat()
  .sort()
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));

if (files.length === 0) {
  console.error(`no test file matches ${filters.join(' ')}`);
  process.exitCode = 1;
} else {
  const args = ['--import', 'tsx', '--test', '--test-concurrency=2', '--test-timeout=600000', ...files];
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  child.once('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  child.once('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 1;
  });
}

async function testsBelow(room: string): Promise<readonly string[]> {
  const entries = await readdir(path.join(root, room), { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}
