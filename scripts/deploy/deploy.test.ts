import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { parse, parseAllDocuments } from 'yaml';
import { FUNCTION } from '../../generated/constants.js';
import { parseConfig } from '../../src/config/index.js';
import { temporaryDirectory } from '../../src/e2e/testing/server.js';
import { freePorts } from '../../src/net/testing/free-port.js';
import { NO_SOURCES } from '../../src/observability/metric-sources.js';
import { Metrics } from '../../src/observability/metrics.js';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, '../..');
const textOf = (file: string): Promise<string> => readFile(path.join(HERE, file), 'utf8');

interface Manifest {
  readonly kind: string;
  readonly data: { readonly 'config.yaml': string };
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly {
          readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
          readonly lifecycle: {
            readonly preStop: { readonly exec: { readonly command: readonly string[] } };
          };
        }[];
      };
    };
  };
}

async function manifest(kind: string): Promise<Manifest> {
  const all = parseAllDocuments(await textOf('kubernetes.yaml')).map(
    (document) => document.toJS() as Manifest,
  );
  const found = all.find((one) => one.kind === kind);
  assert.ok(found, kind);
  return found;
}

const inContainer = async (file: string) => parseConfig(await textOf(file), file);
const inKubernetes = async () =>
  parseConfig((await manifest('ConfigMap')).data['config.yaml'], 'config.yaml', {
    REDIS_URL: 'redis://redis',
  });

/** What of a server is exported, by the name that a query gives it, with the labels that it has. */
async function exportedLabels(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const metrics = new Metrics();
  // Of what is counted by a code nothing is shown before it happened.
  metrics.timed(FUNCTION.set, () => {})({ code: 'X' }, undefined);
  metrics.adminRefusals.count('X');
  metrics.attach({
    ...NO_SOURCES,
    store: () => ({
      held: { items: 1, groups: 1 },
      log: { bytes: 1, deadBytes: 1 },
      deleted: { tombstones: 1, bytes: 1, emptyGroups: 1 },
      redisUp: true,
    }),
    workers: () => ({ connected: 1, pending: 1, engineUp: true }),
    sockets: () => ({ ...NO_SOURCES.sockets(), refused: [['X', 1]], errors: [['X', 1]] }),
  });
  // What Prometheus adds itself.
  const exported = new Map([['up', new Set(['instance', 'job'])]]);
  for (const line of (await metrics.scrape()).split('\n')) {
    const [, name, labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
    if (name === undefined) continue;
    const found = [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
    exported.set(name, new Set([...(exported.get(name) ?? ['instance', 'job']), ...found]));
  }
  return exported;
}

/** The PromQL of a document, wherever in it. */
function queriesOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    key === 'expr' && typeof one === 'string' ? [one] : queriesOf(one),
  );
}

/** What a query asks for that no server exports. */
function unknownOf(query: string, exported: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const names = [...query.matchAll(/\b(?:iii_stream|nodejs|process)_\w+|\bup\b/g)].map(([name]) => name);
  const known = new Set(names.flatMap((name) => [...(exported.get(name) ?? [])]));
  const lists = [...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */));
  const matchers = [...query.matchAll(/[{,] *(\w+) *(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label);
  return [
    ...names.filter((name) => !exported.has(name)),
    ...[...lists, ...matchers].filter((label) => !known.has(label)),
  ];
}

test('every metric that the alerts and the dashboard name is one that the server exports, with its labels', async () => {
  const exported = await exportedLabels();
  assert.deepEqual(unknownOf('sum by (le) (rate(iii_stream_no_such_total{code="x"}[5m]))', exported), [
    'iii_stream_no_such_total',
    'le',
    'code',
  ]);
  for (const file of ['alerts.yaml', 'grafana-dashboard.json']) {
    const queries = queriesOf(parse(await textOf(file)));
    assert.ok(queries.length > 10, file);
    for (const query of queries) assert.deepEqual(unknownOf(query, exported), [], `${file}: ${query}`);
  }
});

test('the configurations of image, compose and Kubernetes are taken, listen outwards, and keep admin inside', async () => {
  const image = await inContainer('container.yaml');
  for (const { host, engine } of [image, await inContainer('node.yaml'), await inKubernetes()])
    assert.deepEqual([host, engine.host], ['0.0.0.0', '0.0.0.0']);
  const dockerfile = await readFile(path.join(ROOT, 'Dockerfile'), 'utf8');
  assert.equal(/^EXPOSE (.*)$/m.exec(dockerfile)?.[1], `${image.port} ${image.engine.port}`);
  assert.match(dockerfile, /^USER \d+:\d+$/m);
  assert.ok(image.admin !== false && image.admin.host === '127.0.0.1');
});

test('whoever stops a node gives it the time to drain and to end', async () => {
  const END_SECONDS = 10;
  const seconds = (config: { readonly drain_ms: number }): number => config.drain_ms / 1_000 + END_SECONDS;
  const { spec } = (await manifest('Deployment')).spec.template;
  const sleep = Number(spec.containers[0]?.lifecycle.preStop.exec.command.at(-1));
  assert.ok(spec.terminationGracePeriodSeconds >= sleep + seconds(await inKubernetes()));
  const compose = parse(await textOf('compose.yaml'), { merge: true }) as {
    services: { one: { stop_grace_period: string; volumes: readonly string[] } };
  };
  assert.ok(
    Number.parseInt(compose.services.one.stop_grace_period, 10) >= seconds(await inContainer('node.yaml')),
  );
  const [mounted = ''] = compose.services.one.volumes;
  assert.match(mounted, /^\.\/node\.yaml:\/app\/config\.yaml/);
  const unit = await textOf('iii-stream.service');
  assert.ok(Number(/^TimeoutStopSec=(\d+)s$/m.exec(unit)?.[1]) >= 15 + END_SECONDS);
});

test('as PID 1 of a namespace the image’s command starts, serves on every address, drains and exits with 0', async (t) => {
  if (spawnSync('unshare', ['--pid', '--fork', 'true']).status !== 0) {
    // CI runs as root; elsewhere the kernel may not let us.
    assert.ok(!process.env.CI, 'CI may make PID namespaces');
    return t.skip('PID namespaces may not be made here');
  }
  await using directory = await temporaryDirectory();
  const ports = await freePorts(3);
  const text = [3112, 49134, 3113].reduce(
    (yaml, port, at) => yaml.replaceAll(`port: ${port}`, `port: ${ports[at]}`),
    await textOf('container.yaml'),
  );
  await writeFile(path.join(directory.path, 'config.yaml'), text);
  const main = path.join(ROOT, 'src/cli/main.ts');
  const node = [process.execPath, '--import', import.meta.resolve('tsx'), main, '--config', 'config.yaml'];
  const options = ['--pid', '--fork', '--mount-proc', '--kill-child'];
  const env = { ...process.env, III_URL: '', III_ENGINE_URL: '' };
  const child = spawn('unshare', [...options, ...node], {
    cwd: directory.path,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  t.after(() => child.kill('SIGKILL'));
  let log = '';
  child.stderr.on('data', (data) => {
    log += data;
  });
  const [ready] = (await Promise.race([once(child.stdout, 'data'), exited])) as [unknown];
  assert.match(String(ready), new RegExp(`^ready: .*0\\.0\\.0\\.0:${ports[0]}`), log);
  const health = spawnSync(process.execPath, [...node.slice(1, 4), 'health', '--config', 'config.yaml'], {
    cwd: directory.path,
  });
  assert.deepEqual(
    [health.status, String(health.stdout)],
    [0, '{"ready":true,"reasons":[]}\n'],
    String(health.stderr),
  );
  const socket = new WebSocket(`ws://127.0.0.1:${ports[0]}/stream/s/g`);
  await once(socket, 'open');
  const closed = once(socket, 'close');
  const [inner] = (await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).trim().split(' ');
  process.kill(Number(inner), 'SIGTERM');
  const [code] = await closed;
  assert.equal(code, 1001);
  assert.deepEqual(await exited, [0, null], log);
});
