import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type ApiReference, applyErrata, type Erratum } from '../generate/errata.js';
import { writeFiles } from '../generate/output.js';
import { type Addition, applyOverlay } from '../generate/overlay.js';
import { render } from '../generate/render.js';
import { undecidedIn } from '../generate/undecided.js';
import { differences } from './differences.js';
import { readSource } from './source.js';

export interface UpgradeOptions {
  /** Of upstream; kept in `ORIGIN.json`. */
  readonly version?: string | undefined;
  /** Takes the reference over. */
  readonly write: boolean;
}

/** What to tell, and whether nothing is left to do by hand. */
export interface UpgradeReport {
  readonly lines: readonly string[];
  readonly done: boolean;
}

/**
 * Takes over a newer API reference: says what changed, applies errata and overlay, generates, and lists what does not
 * compile. Without `write` everything happens in a copy, and the sources are compiled as they would be.
 *
 * @param root of the project
 * @throws Error when the reference cannot be read
 */
export async function upgrade(root: string, source: string, options: UpgradeOptions): Promise<UpgradeReport> {
  const { text, reference, origin } = await readSource(source);
  const spec = path.join(root, 'spec');
  const read = async <T>(name: string): Promise<T> =>
    JSON.parse(await readFile(path.join(spec, name), 'utf8')) as T;
  const changes = differences(await read<ApiReference>('api-reference.json'), reference);
  const lines = changes.length === 0 ? ['Nothing changed.'] : ['What changed:', ...indented(changes)];
  const misfits = misfitsOf(
    reference,
    await read<Erratum[]>('errata.json'),
    await read<Addition[]>('overlay.json'),
  );
  if (misfits.length > 0) {
    return {
      lines: [...lines, 'To be decided before anything can be generated:', ...indented(misfits)],
      done: false,
    };
  }
  const project = options.write ? root : await copyOf(root);
  try {
    await takeOver(path.join(project, 'spec'), text, origin, options.version);
    await writeFiles(await render(path.join(project, 'spec')), path.join(project, 'generated'));
    const errors = await undecidedIn(project);
    const outcome = options.write
      ? 'generated/ is what the reference gives'
      : 'With --write it is taken over';
    if (errors.length === 0) return { lines: [...lines, `Everything compiles. ${outcome}.`], done: true };
    return {
      lines: [...lines, `${outcome}. To be decided, where the compiler says so:`, ...indented(errors)],
      done: false,
    };
  } finally {
    if (!options.write) await rm(project, { recursive: true, force: true });
  }
}

const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);

/** What of ours no longer fits, all of it at once. */
function misfitsOf(
  reference: ApiReference,
  errata: readonly Erratum[],
  overlay: readonly Addition[],
): readonly string[] {
  const misfits: string[] = [];
  let current = reference;
  const attempt = (change: () => ApiReference): void => {
    try {
      current = change();
    } catch (error) {
      misfits.push((error as Error).message);
    }
  };
  for (const erratum of errata) attempt(() => applyErrata(current, [erratum]));
  for (const addition of overlay) attempt(() => applyOverlay(current, [addition]));
  return misfits;
}

async function takeOver(
  spec: string,
  text: string,
  origin: string,
  version: string | undefined,
): Promise<void> {
  await writeFile(path.join(spec, 'api-reference.json'), text);
  const sha256 = createHash('sha256').update(text).digest('hex');
  const entry = { origin, ...(version === undefined ? {} : { version }), sha256 };
  await writeFile(
    path.join(spec, 'ORIGIN.json'),
    `${JSON.stringify({ 'api-reference.json': entry }, undefined, 2)}\n`,
  );
}

/** What compiling takes, in a folder beside the project's packages. */
async function copyOf(root: string): Promise<string> {
  const copy = await mkdtemp(path.join(os.tmpdir(), 'upgrade-'));
  const parts = ['spec', 'src', 'conformance', 'scripts', 'generated', 'tsconfig.json', 'package.json'];
  for (const part of parts) await cp(path.join(root, part), path.join(copy, part), { recursive: true });
  await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  return copy;
}
