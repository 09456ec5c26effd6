import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Parser } from '@asyncapi/parser';
import { parse } from 'yaml';
import { type ApiReference, applyErrata, type Erratum } from './errata.js';

const spec = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../spec');
const read = (name: string): Promise<string> => readFile(path.join(spec, name), 'utf8');
const DOCUMENTS = ['asyncapi/stream-socket.yaml', 'asyncapi/worker-protocol.yaml'];
const WARNING = 1;

test('the API reference is what its origin published', async () => {
  const origin = JSON.parse(await read('ORIGIN.json')) as Record<string, { sha256: string }>;
  for (const [name, { sha256 }] of Object.entries(origin)) {
    const text = await read(name);
    assert.equal(createHash('sha256').update(text).digest('hex'), sha256, name);
  }
});

for (const name of DOCUMENTS) {
  test(`${name} is valid AsyncAPI without errors and warnings`, async () => {
    const { document, diagnostics } = await new Parser().parse(await read(name));
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity <= WARNING).map(({ message }) => message),
      [],
    );
    assert.equal(document?.version().startsWith('3.'), true);
  });

  // An unquoted comma inside of braces silently starts a new key without a value.
  test(`${name} has no key without a value`, async () => {
    const walk = (value: unknown, at: string): void => {
      assert.notEqual(value, null, at);
      if (typeof value === 'object' && value !== null) {
        for (const [key, child] of Object.entries(value)) walk(child, `${at}/${key}`);
      }
    };
    walk(parse(await read(name)), '');
  });
}

test('the client sends what the server receives, and the other way round', async () => {
  const text = await readFile(path.join(spec, '../generated/asyncapi/stream-socket.client.json'), 'utf8');
  const { document, diagnostics } = await new Parser().parse(text);
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity <= WARNING).map(({ message }) => message),
    [],
  );
  const sent = document
    ?.operations()
    .filterBySend()
    .flatMap((each) => each.messages().all());
  assert.deepEqual(sent?.map((message) => message.name()).includes('join'), true);
  assert.deepEqual(sent?.map((message) => message.name()).includes('stream'), false);
  assert.match(document?.info().title() ?? '', /^[A-Za-z]\w*$/);
});

test('every erratum changes something and gives a reason', async () => {
  const reference = JSON.parse(await read('api-reference.json')) as ApiReference;
  const errata = JSON.parse(await read('errata.json')) as Erratum[];
  applyErrata(reference, errata);
  assert.equal(new Set(errata.map(({ id }) => id)).size, errata.length);
  for (const { id, reason } of errata) assert.ok(reason.length > 0, id);
});

test('an erratum that upstream made needless trips', async () => {
  const reference = JSON.parse(await read('api-reference.json')) as ApiReference;
  const errata = JSON.parse(await read('errata.json')) as Erratum[];
  for (const erratum of errata) {
    const mended = applyErrata(reference, [erratum]);
    const again = {
      ...erratum,
      change: erratum.change.filter(({ op, path: at }) => op !== 'add' || !at.endsWith('/-')),
    };
    if (again.change.length > 0) {
      assert.throws(() => applyErrata(mended, [again]), /changes nothing any more/, erratum.id);
    }
  }
});

test('an erratum whose target or place is gone trips', async () => {
  const reference = JSON.parse(await read('api-reference.json')) as ApiReference;
  const erratum = { id: 'x', target: 'functions/stream::nope', change: [], reason: '' };
  assert.throws(() => applyErrata(reference, [erratum]), /there is no functions\/stream::nope/);
  const misplaced = {
    ...erratum,
    target: 'triggers/stream',
    change: [{ op: 'replace' as const, path: '/a/b', value: 1 }],
  };
  assert.throws(() => applyErrata(reference, [misplaced]), /erratum x does not fit/);
});
