import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UpdateOp } from '../../../generated/functions.js';
import type { JsonText } from '../../../generated/json-text.js';
import { asJson, inexactNumber, jsonOf } from '../json-text.js';
import { RandomJson } from '../testing/random-json.js';
import { applyUpdateOps } from '../update-ops.js';
import { applyInPlace } from './in-place.js';

/** What parsing the whole text comes to. */
function parsed(text: JsonText, op: UpdateOp): { text: JsonText; failure: unknown } {
  const current: unknown = JSON.parse(text);
  const { value, errors } = applyUpdateOps(current, [op]);
  const [error] = errors;
  const failure = error && { code: error.code, message: error.message };
  return { text: value === current ? text : jsonOf(value), failure };
}

/** Compares; true when the op was applied in place. */
function agrees(text: JsonText, op: UpdateOp): boolean {
  const rewritten = applyInPlace(text, op);
  if (rewritten === undefined) return false;
  const hint = `${JSON.stringify(op)} on ${text}`;
  assert.equal(inexactNumber(text), undefined, hint);
  assert.deepEqual(rewritten, parsed(text, op), hint);
  return true;
}

for (const oddness of [0, 2, 30]) {
  test(`a text that is rewritten in place is the one that parsing makes (${oddness} % odd)`, () => {
    const random = new RandomJson(oddness + 1);
    let inPlace = 0;
    let large = 0;
    for (let round = 0; round < 40_000; round += 1) {
      const text = random.object(oddness);
      if (!agrees(text, random.op())) continue;
      inPlace += 1;
      if (text.length > 100) large += 1;
    }
    // The share of cases that compare anything.
    const [atLeast, atLeastLarge] = oddness > 10 ? [200, 0] : [5_000, 500];
    assert.ok(inPlace >= atLeast && large >= atLeastLarge, `${inPlace}, ${large} of them large`);
  });
}

test('whatever JSON.parse or JSON.stringify would write otherwise is not rewritten in place', () => {
  const op: UpdateOp = { type: 'set', path: 'a', value: 1 };
  const odd = [
    ...['{"a":1,"a":2}', '{"b":1,"a":0,"b":2}', '{"a":0,"b":{"c":1,"c":2}}', '{"a":0,"b":[{"c":1,"c":2}]}'],
    ...[
      '{"a":0,"1":2}',
      '{"a":0,"b":{"1":1}}',
      '{"a":0,"b":"\\u0041"}',
      '{"\\u0061":0}',
      '{"a":0,"b":"\\/"}',
    ],
    ...[
      '{"a":0, "b":1}',
      '{"a":0 }',
      ' {"a":0}',
      '{"a":0}\n',
      '{"a": 0}',
      '{"a" :0}',
      '{ "a":0}',
      '{"a":[ ]}',
    ],
    ...['{"a":0,"b":[1 ]}', '{"a":0,"b":[1, 2]}', '{"a":0,"b":{ }}', '{"a":0,"b":[{"c":1} ]}'],
    ...['1.0', '-0', '1E2', '1e21', '0.0000001', '9007199254740993', '1e400'].map((n) => `{"a":0,"b":${n}}`),
    ...['[]', '"a"', '1', 'null', '{}', '[{"a":1}]', '{"b":{"a":1}}', '{"b":"a"}'],
    `{"a":0,"b":${'['.repeat(40)}${']'.repeat(40)}}`,
    `{"a":0,${Array.from({ length: 100 }, (_, at) => `"k${at}":0`).join(',')}}`,
  ];
  for (const text of odd) assert.equal(applyInPlace(asJson(text), op), undefined, text);
});

test('what is common is rewritten in place', () => {
  const text = asJson(
    '{"id":"x","n":-12.5,"to":{"a":[1,true,null,{"a":"b","c":[]}],"x":{}},"é":"{\u2028,:😀","__proto__":1,"list":[1]}',
  );
  const ops: UpdateOp[] = [
    ...['id', 'n', 'to', 'é', 'list'].map((path): UpdateOp => ({ type: 'set', path, value: { b: [2] } })),
    ...['id', 'n', 'to', 'é', 'list'].map((path): UpdateOp => ({ type: 'append', path, value: 's' })),
    ...['id', 'n', 'to', 'é', 'list'].map((path): UpdateOp => ({ type: 'increment', path, by: 2 })),
    { type: 'decrement', path: 'n', by: 2 },
    { type: 'set', path: 'n' },
  ];
  for (const op of ops) assert.ok(agrees(text, op), JSON.stringify(op));
});
