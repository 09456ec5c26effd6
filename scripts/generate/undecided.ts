import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compileProject } from './compile.js';

/** While it is there, `npm start` compiles first (scripts/checked.mjs). */
const MARK = '.unchecked';

/** The places of a project that have to decide about what was generated, as the compiler names them. */
export async function undecidedIn(root: string): Promise<readonly string[]> {
  const said = await compileProject(root);
  const places = said
    .split('\n')
    .filter((line) => line.includes('error TS'))
    .map((line) => line.slice(Math.max(0, line.search(/(src|scripts|conformance|generated)\//))));
  if (places.length === 0) await rm(path.join(root, MARK), { force: true });
  else await writeFile(path.join(root, MARK), `${places.join('\n')}\n`);
  return places;
}

/** Says which places have to decide. */
export async function tellUndecided(root: string): Promise<void> {
  const places = await undecidedIn(root);
  if (places.length > 0) console.log(['To be decided, where the compiler says so:', ...places].join('\n  '));
}
