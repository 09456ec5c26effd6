import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Text by path, relative to the output directory with forward slashes. */
export type Files = ReadonlyMap<string, string>;

/** What differs between `files` and what is in `directory`; empty when nothing does. */
export async function findDrift(files: Files, directory: string): Promise<readonly string[]> {
  const found = await list(directory);
  const faults = found.filter((name) => !files.has(name)).map((name) => `${name} is not generated`);
  for (const [name, text] of files) {
    if (!found.includes(name)) faults.push(`${name} is missing`);
    else if ((await readFile(path.join(directory, name), 'utf8')) !== text) faults.push(`${name} differs`);
  }
  return faults;
}

/**
 * Makes `directory` hold exactly `files`; untouched ones keep their modification time. Returns how many were not as
 * they should be.
 */
export async function writeFiles(files: Files, directory: string): Promise<number> {
  const found = await list(directory);
  const stray = found.filter((name) => !files.has(name));
  for (const name of stray) await rm(path.join(directory, name));
  let written = stray.length;
  for (const [name, text] of files) {
    const file = path.join(directory, name);
    if (found.includes(name) && (await readFile(file, 'utf8')) === text) continue;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    written += 1;
  }
  return written;
}

async function list(directory: string): Promise<readonly string[]> {
  await mkdir(directory, { recursive: true });
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      path.relative(directory, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'),
    );
}
