import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Family, families } from '../generate/family.js';
import { renderBindings } from '../generate/lang/bindings.js';
import { readModel } from '../generate/lang/read.js';
import { loadSpec } from '../generate/load.js';
import { writeFiles } from '../generate/output.js';
import type { Definitions } from '../generate/schema.js';
import { checkOthers } from './check.js';
import { DEFINITIONS, ROWS, refused, STRING } from './testing/schemas.js';
import type { Row } from './vectors.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
let directory: string;
before(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'schemas-'));
});
after(() => rm(directory, { recursive: true, force: true }));

test('schemas of a next version compile, read and write in every language', async () => {
  const spec = await loadSpec(path.join(root, 'spec'));
  const all = families(spec).map(
    (family): Family => (family.name === 'functions' ? { ...family, definitions: DEFINITIONS } : family),
  );
  await writeFiles(await renderBindings(spec, all), path.join(directory, 'generated/bindings'));
  await cp(path.join(root, 'scripts/bindings-check'), path.join(directory, 'scripts/bindings-check'), {
    recursive: true,
  });
  await mkdir(path.join(directory, 'spec/vectors'), { recursive: true });
  await writeFile(path.join(directory, 'spec/vectors/messages.json'), JSON.stringify(ROWS));
  const reports = await checkOthers(directory, ROWS);
  const failures = reports.flatMap((report) => report.failures.map((each) => `${report.language}: ${each}`));
  assert.deepEqual(failures, []);
});

test('a text that nests deep ends no process', async () => {
  const levels = 1_000;
  const tree = `${'{"kind":"1st","of":'.repeat(levels)}{"kind":"self"}${'}'.repeat(levels)}`;
  const nested = `{"value":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  const rows: readonly Row[] = [
    { ...refused('Tree', tree, '', 'json'), name: 'objects' },
    { ...refused('Node', nested, '', 'json'), name: 'any value' },
  ];
  await writeFile(path.join(directory, 'spec/vectors/messages.json'), JSON.stringify(rows));
  for (const { language, failures } of await checkOthers(directory, rows)) {
    const told = failures.map((failure) => failure.slice(0, 300)).join('\n');
    assert.doesNotMatch(told, /exit status|no outcome/, language);
    // Stacks of Go grow with the text; the others set a bound.
    if (language !== 'Go') assert.doesNotMatch(told, /objects: is taken/, language);
  }
});

test('each name is of one type', () => {
  const model = readModel({ ...DEFINITIONS, nulls: STRING, TreeSelf: STRING } as Definitions);
  assert.equal(model.get('Nulls')?.kind, 'object');
  assert.equal(model.get('Nulls2')?.kind, 'alias');
  assert.equal(model.get('TreeSelf')?.kind, 'alias');
  assert.equal(model.get('TreeSelf2')?.kind, 'object');
});
