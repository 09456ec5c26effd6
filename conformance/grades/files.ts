import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Grade } from './grade.js';

/** Where the grades lie, each a JSON file. */
export const GRADES_DIRECTORY = fileURLToPath(new URL('.', import.meta.url));
/** The page that is generated. */
export const GRADES_PAGE = fileURLToPath(new URL('../GRADES.md', import.meta.url));

/** Reads all grades, in the order of their files. */
export async function readGrades(): Promise<readonly Grade[]> {
  const names = (await readdir(GRADES_DIRECTORY)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => JSON.parse(await readFile(path.join(GRADES_DIRECTORY, name), 'utf8')) as Grade),
  );
}
