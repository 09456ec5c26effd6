import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Files, writeFiles } from './output.js';

const run = promisify(execFile);
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const TSC = path.join(ROOT, 'node_modules/typescript/bin/tsc');

/** Compiles a project, or generated files beside what they import. Returns what the compiler says; empty = nothing. */
export const compileProject = (directory: string): Promise<string> =>
  run(process.execPath, [TSC, '--noEmit', '-p', directory], { maxBuffer: 1 << 26 }).then(
    () => '',
    (error: { stdout: string; message: string }) => error.stdout || error.message,
  );

/** Writes generated files into `directory`, beside the source that they import, and compiles them. */
export async function compileIn(directory: string, files: Files): Promise<string> {
  await writeFiles(files, path.join(directory, 'generated'));
  await cp(path.join(ROOT, 'src/wire'), path.join(directory, 'src/wire'), { recursive: true });
  await cp(path.join(ROOT, 'tsconfig.json'), path.join(directory, 'tsconfig.json'));
  await writeFile(path.join(directory, 'package.json'), '{"type":"module"}');
  await symlink(path.join(ROOT, 'node_modules'), path.join(directory, 'node_modules')).catch(() => undefined);
  return compileProject(directory);
}

/** What the compiler says of generated files, in a folder of their own. */
export async function compileApart(files: Files): Promise<string> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'generated-'));
  try {
    return await compileIn(directory, files);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
