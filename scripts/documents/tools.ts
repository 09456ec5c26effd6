import { cp, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { run } from './steps.js';

/** Installed tools are outside of the repository and kept: a check that runs again downloads nothing. */
export const TOOLS = path.join(
  process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'),
  'iii-stream-documents',
);
const INSTALL_MS = 600_000;

/**
 * A folder with a tool, installed there unless it is already. A name says the version: another one is another folder.
 *
 * @param install writes into an empty folder
 */
export async function installed(
  name: string,
  install: (folder: string) => Promise<unknown>,
): Promise<string> {
  const folder = path.join(TOOLS, name.replace(/[^\w.-]+/g, '-'));
  const isThere = (): Promise<boolean> =>
    stat(folder).then(
      () => true,
      () => false,
    );
  if (await isThere()) return folder;
  await mkdir(TOOLS, { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  try {
    await install(fresh);
    // Another check may have been faster.
    await rename(fresh, folder).catch(async (error: Error) => {
      if (!(await isThere())) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

/** A folder where a package of npm is installed, with the scripts of this folder that use it. */
export async function withPackage(name: string, script: string): Promise<string> {
  const folder = await installed(name, async (fresh) => {
    await writeFile(path.join(fresh, 'package.json'), '{"private":true,"type":"module"}');
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    await run('npm', ['install', ...flags, name], { cwd: fresh, timeout: INSTALL_MS });
  });
  await cp(new URL(script, import.meta.url), path.join(folder, script));
  return folder;
}

/** The class path of an artifact of Maven and of what it needs. */
export async function withArtifact(group: string, artifact: string, version: string): Promise<string> {
  const folder = await installed(`${artifact}@${version}`, async (fresh) => {
    const project = `<modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId><version>1</version>`;
    const dependency = `<groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>`;
    await writeFile(
      path.join(fresh, 'pom.xml'),
      `<project>${project}<dependencies><dependency>${dependency}</dependency></dependencies></project>`,
    );
    const goal = ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib'];
    await run('mvn', goal, { cwd: fresh, timeout: INSTALL_MS });
  });
  return path.join(folder, 'lib', '*');
}

/** The program of a crate, built. */
export async function withCrate(crate: string, program: string): Promise<string> {
  const folder = await installed(crate, (fresh) =>
    run('cargo', ['install', '--quiet', '--locked', '--root', fresh, crate], {
      cwd: fresh,
      timeout: INSTALL_MS,
    }),
  );
  return path.join(folder, 'bin', program);
}
