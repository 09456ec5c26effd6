import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { CASES } from '../cases/index.js';
import { globToRegExp } from '../runner/glob.js';
import { citesOf, REQUIREMENTS } from './requirements.js';
import { sentencesOf } from './sentences.js';

const DOCUMENTS = [
  'spec/api-reference.json',
  'spec/asyncapi/stream-socket.yaml',
  'spec/asyncapi/worker-protocol.yaml',
] as const;
const root = new URL('../../', import.meta.url);

for (const path of DOCUMENTS) {
  test(`every sentence of ${path} is a requirement, and no requirement quotes what it no longer says`, async () => {
    // YAML is a superset of JSON.
    const sentences = sentencesOf(parse(await readFile(new URL(path, root), 'utf8')));
    const quoted = REQUIREMENTS.filter(({ source }) => source === path).map(({ sentence }) => sentence);
    assert.deepEqual(
      sentences.filter((sentence) => !quoted.includes(sentence)),
      [],
      'sentences without a row in conformance/requirements.json',
    );
    assert.deepEqual(
      quoted.filter((sentence) => !sentences.includes(sentence)),
      [],
      'rows of conformance/requirements.json that quote nothing',
    );
  });
}

test('every requirement is proved by cases that exist, or excluded for a reason', () => {
  for (const { id, cases = [], excluded } of REQUIREMENTS) {
    if (excluded !== undefined)
      assert(excluded.trim() !== '' && cases.length === 0, `${id} is excluded only`);
    else assert(cases.length > 0, `${id} is not covered`);
    for (const glob of cases) {
      const pattern = globToRegExp(glob);
      assert(
        CASES.some((one) => pattern.test(one.id)),
        `${id}: ${glob} names no case`,
      );
    }
  }
});

test('every case cites a requirement', () => {
  const uncited = CASES.filter(({ id }) => citesOf(id).length === 0).map(({ id }) => id);
  assert.deepEqual(uncited, []);
});

test('ids are unique, and say area and claim', () => {
  const ids = CASES.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[a-z-]+\/[a-z0-9]+(-[a-z0-9]+)*$/);
  const rows = REQUIREMENTS.map(({ id }) => id);
  assert.equal(new Set(rows).size, rows.length);
  assert(ids.length >= 200);
});
