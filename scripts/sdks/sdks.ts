import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** A program with its arguments. */
export type Command = readonly [string, ...string[]];

export interface Sdk {
  readonly registry: 'npm' | 'PyPI' | 'crates.io';
  readonly version: string;
  /** Installs it from its registry in an empty directory, and tells what runs its worker. @throws Error what is missing */
  install(directory: string): Promise<Command>;
}

const npm = (version: string): Sdk => ({
  registry: 'npm',
  version,
  async install(directory) {
    const { devDependencies } = JSON.parse(await readFile(here('../../package.json'), 'utf8'));
    // Beside this file the program finds the one that this project develops with.
    if (devDependencies['iii-sdk'] === version) return [process.execPath, here('worker.mjs')];
    await writeFile(join(directory, 'package.json'), '{"private":true,"type":"module"}');
    await copyFile(here('worker.mjs'), join(directory, 'worker.mjs'));
    const flags = ['--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    await run('npm', ['install', ...flags, `iii-sdk@${version}`], { cwd: directory });
    return [process.execPath, join(directory, 'worker.mjs')];
  },
});

const pypi = (version: string): Sdk => ({
  registry: 'PyPI',
  version,
  async install(directory) {
    await run('python3', ['-m', 'venv', directory]);
    const python = join(directory, 'bin/python');
    await run(python, [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      `iii-sdk==${version}`,
    ]);
    return [python, here('worker.py')];
  },
});

const crates = (version: string): Sdk => ({
  registry: 'crates.io',
  version,
  async install(directory) {
    await cp(here('rust'), directory, { recursive: true });
    await run('cargo', ['build', '--quiet'], { cwd: directory, maxBuffer: 1e8 });
    return [join(directory, 'target/debug/worker')];
  },
});

export const SDKS: readonly Sdk[] = [
  npm('0.11.6'),
  npm('0.22.1'),
  pypi('0.11.6'),
  pypi('0.25.0'),
  crates('0.26.0-rc.4'),
];

/** Below `kept`, what was installed there before is used again. */
export async function installed(sdk: Sdk, kept: string): Promise<Command> {
  const directory = join(kept, `${sdk.registry}-${sdk.version}`);
  await mkdir(directory, { recursive: true });
  return sdk.install(directory);
}
