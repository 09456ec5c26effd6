import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { ApiReference } from '../generate/errata.js';
import { type Addition, applyOverlay } from '../generate/overlay.js';
import { differences } from './differences.js';
import { upgrade } from './upgrade.js';

const run = promisify(execFile);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const NEWER = path.join(root, 'scripts/upgrade/testing/reference-0.23.json');
const read = async (file: string): Promise<ApiReference> =>
  JSON.parse(await readFile(file, 'utf8')) as ApiReference;

test('what changed is said in words', async () => {
  const before = await read(path.join(root, 'spec/api-reference.json'));
  assert.deepEqual(differences(before, before), []);
  const lines = differences(before, await read(NEWER));
  assert.ok(lines.includes('~ stream::get: descriptions and titles only'), lines.join('\n'));
  assert.ok(
    lines.includes('~ stream::update, input: ops[]<append>.path was string, required, is one of several'),
    lines.join('\n'),
  );
  const [first, ...rest] = before.functions;
  const grown = { ...before, functions: [...rest, { ...first, name: 'stream::new' }] } as ApiReference;
  assert.deepEqual(differences(before, grown), [
    `- function ${first?.name} is gone`,
    '+ function stream::new',
  ]);
});

describe('the reference of a newer engine', () => {
  let project: string;
  before(async () => {
    project = await mkdtemp(path.join(os.tmpdir(), 'newer-'));
    for (const part of [
      'spec',
      'src',
      'generated',
      'scripts',
      'conformance',
      'tsconfig.json',
      'package.json',
    ]) {
      await cp(path.join(root, part), path.join(project, part), { recursive: true });
    }
    await symlink(path.join(root, 'node_modules'), path.join(project, 'node_modules'));
  });
  after(() => rm(project, { recursive: true, force: true }));

  test('what of ours no longer fits is listed, all of it', async () => {
    const reference = await read(NEWER);
    const [first] = reference.functions.filter(({ name }) => name === 'stream::set');
    const odd = path.join(project, 'odd.json');
    const functions = reference.functions.filter(({ name }) => !/::(get|list)$/.test(name));
    await writeFile(
      odd,
      JSON.stringify({ ...reference, functions: [...functions, { ...first, name: 'stream::transact' }] }),
    );
    const { lines, done } = await upgrade(project, odd, { write: false });
    assert.equal(done, false);
    const text = lines.join('\n');
    assert.match(text, /erratum get-response: there is no functions\/stream::get/);
    assert.match(text, /erratum list-response: there is no functions\/stream::list/);
    assert.match(text, /upstream has functions\/stream::transact now: reconcile/);
    assert.match(
      text,
      /addition append-path: upstream has another \S+ of definitions\/UpdateOp now: reconcile/,
    );
  });

  test('is taken over with its origin once it is reconciled, and what does not compile is listed', async () => {
    await reconcile(path.join(project, 'spec/overlay.json'));
    const grown = path.join(project, 'grown.json');
    const op = { type: 'object', required: ['type'], properties: { type: { enum: ['toggle'] } } };
    const reference = applyOverlay(await read(NEWER), [
      {
        id: 'toggle',
        target: 'definitions/UpdateOp',
        capability: 'x',
        change: [{ op: 'add', path: '/oneOf/-', value: op }],
        reason: 'A test.',
      },
    ]);
    await writeFile(grown, JSON.stringify(reference));
    const { lines, done } = await upgrade(project, grown, { write: true, version: '0.23.0' });
    assert.equal(done, false);
    assert.match(lines.join('\n'), /\n {2}src\/domain\/update-ops\/apply-op\S* error TS/);
    assert.equal(
      await readFile(path.join(project, 'spec/api-reference.json'), 'utf8'),
      await readFile(grown, 'utf8'),
    );
    const origin = JSON.parse(await readFile(path.join(project, 'spec/ORIGIN.json'), 'utf8')) as Record<
      string,
      { version: string }
    >;
    assert.equal(origin['api-reference.json']?.version, '0.23.0');
    const start = run(process.execPath, [
      '--import',
      pathToFileURL(path.join(project, 'scripts/checked.mjs')).href,
      '-e',
      '',
    ]);
    await assert.rejects(start, /do not implement what generated\/ says/);
  });

  test('compiles when everything is decided', async () => {
    const { lines, done } = await upgrade(project, NEWER, { write: true, version: '0.23.0' });
    assert.ok(done, lines.join('\n'));
    assert.equal(lines.at(-1), 'Everything compiles. generated/ is what the reference gives.');
  });
});

/** What is left of ours beside engine 0.23: it appends below paths of segments itself, and names no type for paths. */
async function reconcile(file: string): Promise<void> {
  const overlay = JSON.parse(await readFile(file, 'utf8')) as Addition[];
  const kept = overlay
    .filter(({ id }) => id !== 'append-path')
    .map((addition) => {
      if (addition.id !== 'op-paths') return addition;
      const change = addition.change.map((each) =>
        each.op === 'test' && each.path.endsWith('/path') ? { ...each, value: { type: 'string' } } : each,
      );
      return { ...addition, change };
    });
  await writeFile(file, JSON.stringify(kept));
}
