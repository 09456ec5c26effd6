import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that the tests and `npm run deploy:check` run, and Debian's package of each. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'redis-server': 'redis-server',
  openssl: 'openssl',
  python3: 'python3-pip',
  chromium: 'chromium',
  nginx: 'nginx-light',
  haproxy: 'haproxy',
  promtool: 'prometheus',
  'systemd-analyze': 'systemd',
};

/** Where Debian puts servers, whatever a user's own path says. */
const SYSTEM = '/usr/sbin';

const isInstalled = (program: string): boolean =>
  [...(process.env.PATH ?? '').split(delimiter), SYSTEM].some((folder) => existsSync(join(folder, program)));

const run = (command: string, args: readonly string[]): boolean => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
};

/**
 * Makes sure that the programs that tests run are there: installs Debian's packages where it may (as root), else names
 * the command to run. A missing program is a failure, not a skipped test.
 */
const missing = Object.keys(PROGRAMS).filter((program) => !isInstalled(program));
if (missing.length > 0) {
  const packages = missing.map((program) => PROGRAMS[program] as string);
  const canInstall = process.getuid?.() === 0 && isInstalled('apt-get');
  const installed =
    canInstall &&
    run('apt-get', ['update', '-q']) &&
    run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages]);
  if (!installed || missing.some((program) => !isInstalled(program))) {
    process.stderr.write(`The tests need ${missing.join(', ')}: apt-get install -y ${packages.join(' ')}\n`);
    process.exit(1);
  }
}
