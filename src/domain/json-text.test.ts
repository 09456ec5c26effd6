import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detach, exceedsDepth, inexactNumber, injectField, jsonOf, NULL, sliceField } from './json-text.js';

/** A small generator with a seed, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const KEYS = [
  'a',
  'data',
  'd\\u0061ta',
  'd\\"ata',
  '\\\\',
  'dat\\u0061\\\\',
  '',
  '__proto__',
  'ä€😀',
  'toString',
  '{"data":1}',
];
const SCALARS = [
  '1',
  '-0',
  '1.0',
  '1e400',
  '9007199254740993',
  'true',
  'false',
  'null',
  '""',
  '"]"',
  '"\\\\"',
  '"\\"}"',
  '"data"',
  '"😀,"',
];
const SPACES = ['', '', '', ' ', '\n', '\t\r '];
const keyText = (key: string): string => `"${key.replaceAll(/(?<!\\)"/g, '\\"')}"`;

interface Written {
  readonly text: string;
  readonly depth: number;
  /** For an object: each field's exact text; the last of duplicates. */
  readonly fields?: ReadonlyMap<string, string>;
}

/** Writes a random document and keeps what an oracle needs to know about it. */
function write(next: (below: number) => number, room: number): Written {
  const pick = (from: readonly string[]): string => from[next(from.length)] as string;
  const kind = room === 0 ? 0 : next(3);
  if (kind === 0) return { text: pick(SCALARS), depth: 0 };
  const entries = Array.from({ length: next(5) }, () => ({
    key: keyText(pick(KEYS)),
    value: write(next, room - 1),
  }));
  const depth = 1 + Math.max(0, ...entries.map((entry) => entry.value.depth));
  const join = (parts: readonly string[]): string =>
    parts.map((part) => pick(SPACES) + part + pick(SPACES)).join(',');
  if (kind === 1)
    return { text: `[${join(entries.map((entry) => entry.value.text))}${pick(SPACES)}]`, depth };
  const text = join(entries.map(({ key, value }) => `${key}${pick(SPACES)}:${pick(SPACES)}${value.text}`));
  const fields = new Map(entries.map(({ key, value }) => [JSON.parse(key) as string, value.text]));
  return { text: `{${text}${pick(SPACES)}}`, depth, fields };
}

const documents = (count: number): Written[] => {
  const next = random(20_240_607);
  return Array.from({ length: count }, () => write(next, 4));
};

test('sliceField hands out the exact text of a top-level field', () => {
  const names = KEYS.map((key) => JSON.parse(keyText(key)) as string);
  for (const { text, fields } of documents(4000)) {
    JSON.parse(text);
    for (const field of names)
      assert.equal(sliceField(` ${text} `, field), fields?.get(field), `${field} of ${text}`);
  }
});

test('sliceField keeps what a double would lose and takes the last duplicate', () => {
  assert.equal(
    sliceField('{"a":{"data":1},"data": 1.0 ,"b":"data","d\\u0061ta":9007199254740993}', 'data'),
    '9007199254740993',
  );
  assert.equal(sliceField('[{"data":1}]', 'data'), undefined);
  assert.equal(sliceField('{"a\\\\":1}', 'a\\\\'), undefined);
  assert.equal(sliceField('{"a\\\\":1}', 'a\\'), '1');
  assert.equal(sliceField('"{\\"data\\":1}"', 'data'), undefined);
});

test('every scan ends on text that is not JSON', () => {
  for (const text of [
    '',
    '{',
    '{"',
    '{"a',
    '{"a"',
    '{"a":',
    '{"a":[',
    '{"a":1',
    '{"a":"\\',
    '{a:1}',
    '{"a":1,',
    '[[[',
    ']',
    '\\"',
  ]) {
    sliceField(text, 'a');
    exceedsDepth(text, 0);
    inexactNumber(text);
    inexactNumber(`1234567890123456789${text}`);
    inexactNumber(`${text},1234567890123456789`);
  }
});

test('injectField overrides whatever the object holds', () => {
  const value = jsonOf('worker "1"');
  for (const { text, fields } of documents(1000)) {
    if (fields === undefined) continue;
    for (const key of ['data', '_caller_worker_id', 'with "quotes"']) {
      const injected = JSON.parse(injectField(text, key, value)) as Record<string, unknown>;
      const expected = JSON.parse(text) as Record<string, unknown>;
      expected[key] = 'worker "1"';
      assert.deepEqual(injected, expected);
    }
  }
  assert.equal(injectField(' { } ', 'a', NULL), ' {"a":null}');
});

test('exceedsDepth counts arrays and objects, not what strings hold', () => {
  for (const { text, depth } of documents(2000)) {
    assert.equal(exceedsDepth(text, depth), false, text);
    if (depth > 0) assert.equal(exceedsDepth(text, depth - 1), true, text);
  }
  assert.equal(exceedsDepth('[]', 0), true);
  assert.equal(exceedsDepth('"[[[[[[[[["', 0), false);
  const deep = 1_000_000;
  assert.equal(exceedsDepth('['.repeat(deep) + ']'.repeat(deep), deep - 1), true);
  assert.equal(exceedsDepth('['.repeat(deep) + ']'.repeat(deep), deep), false);
});

test('detach changes nothing', () => {
  for (const value of ['', 'plain', 'ä€😀\uD83D', { a: [1.5, null] }])
    assert.equal(detach(jsonOf(value)), jsonOf(value));
});
