import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseDocument } from 'yaml';
import type { Row } from './vectors.js';

const run = promisify(execFile);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const COPIED = ['spec', 'scripts', 'generated', 'package.json', 'tsconfig.json'];
const LINKED = ['node_modules', 'src'];

let copy: string;
before(async () => {
  copy = await mkdtemp(path.join(os.tmpdir(), 'added-field-'));
  for (const name of COPIED) await cp(path.join(root, name), path.join(copy, name), { recursive: true });
  for (const name of LINKED) await symlink(path.join(root, name), path.join(copy, name));
});
after(() => rm(copy, { recursive: true, force: true }));

test('a field added to the spec is in four languages by one command, compiled and tested', async (t) => {
  await addToJoin('lease', { type: ['integer', 'null'], format: 'uint', minimum: 1, description: 'In ms.' });
  await addToSet('labels', { type: 'array', items: { type: 'string' }, description: 'For a filter.' });
  await addRows();
  await writeFile(
    path.join(copy, 'scripts/uses-the-fields.ts'),
    `import type { JoinData } from '../generated/socket.js';
export const leases: JoinData['lease'][] = [1, null, undefined];
// @ts-expect-error a lease is a number
export const text: JoinData['lease'] = 'x';
`,
  );
  const start = performance.now();
  const { stdout, stderr } = await run('npm', ['run', '--silent', 'bindings'], { cwd: copy }).catch(
    (error) => {
      throw new Error(`${error.stdout}${error.stderr}`);
    },
  );
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  await writeFile(
    path.join(copy, 'tsconfig.uses.json'),
    '{ "extends": "./tsconfig.json", "include": ["scripts/uses-the-fields.ts"] }',
  );
  await run(process.execPath, [tsc, '--noEmit', '-p', path.join(copy, 'tsconfig.uses.json')]);
  t.diagnostic(`from the spec to tested bindings in ${Math.round(performance.now() - start)} ms`);
  for (const language of ['TypeScript', 'Python', 'Go', 'Rust']) {
    assert.match(
      stdout + stderr,
      new RegExp(`^${language}: (compiles, and the test vectors hold|skipped)`, 'm'),
    );
  }
});

async function addToJoin(name: string, schema: unknown): Promise<void> {
  const file = path.join(copy, 'spec/asyncapi/stream-socket.yaml');
  const document = parseDocument(await readFile(file, 'utf8'));
  document.setIn(['components', 'schemas', 'JoinData', 'properties', name], schema);
  await writeFile(file, document.toString());
}

async function addToSet(name: string, schema: unknown): Promise<void> {
  const file = path.join(copy, 'spec/overlay.json');
  const overlay = JSON.parse(await readFile(file, 'utf8')) as unknown[];
  const change = [{ op: 'add', path: `/request_schema/properties/${name}`, value: schema }];
  overlay.push({
    id: 'x',
    target: 'functions/stream::set',
    capability: 'cursors',
    change,
    reason: 'A test.',
  });
  await writeFile(file, JSON.stringify(overlay));
}

async function addRows(): Promise<void> {
  const file = path.join(copy, 'spec/vectors/messages.json');
  const rows = JSON.parse(await readFile(file, 'utf8')) as Row[];
  const derive = (name: string, from: string, change: (text: string) => string, more: object): void => {
    const row = rows.find((each) => each.name === from);
    assert.ok(row !== undefined, from);
    const { decoded: _, error: __, ...rest } = row;
    rows.push({ ...rest, name, text: change(row.text), ...more });
  };
  const lease = (value: string) => (text: string) =>
    text.replace('"groupId":"g"', `"groupId":"g","lease":${value}`);
  const join = (more: object): object => ({
    $: 'JoinMessage',
    data: { $: 'JoinData', subscriptionId: '1', streamName: 's', groupId: 'g', ...more },
  });
  derive('added/lease', 'client/join-group', lease('1.5e1'), { decoded: join({ lease: 15 }) });
  derive('added/lease-null', 'client/join-group', lease('null'), { decoded: join({ lease: null }) });
  derive('added/no-lease', 'client/join-group', (text) => text, { decoded: join({}) });
  derive('added/lease-zero', 'client/join-group', lease('0'), {
    error: { path: 'data.lease', keyword: 'minimum' },
  });
  const set = rows.find(({ name }) => name === 'set/input');
  const labels = (value: string) => (text: string) => text.replace(/\}$/, `,"labels":${value}}`);
  derive('added/labels', 'set/input', labels('["a",""]'), {
    decoded: { ...(set?.decoded as object), labels: ['a', ''] },
  });
  derive('added/label-number', 'set/input', labels('["a",1]'), {
    error: { path: 'labels[1]', keyword: 'type' },
  });
  await writeFile(file, JSON.stringify(rows));
}
