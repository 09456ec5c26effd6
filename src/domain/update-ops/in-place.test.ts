import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UpdateOp } from '../../../generated/functions.js';
import type { JsonText } from '../../../generated/json-text.js';
import { asJson, inexactNumber } from '../json-text.js';
import { RandomJson } from '../testing/random-json.js';
import { applyUpdate, applyUpdateOps } from '../update-ops.js';
import { applyInPlace } from './in-place.js';

/** -0 is 0 once it is written. */
const written = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const codes = (errors: readonly { readonly code: string }[]): readonly string[] =>
  errors.map(({ code }) => code);

/** Compares with what comes of the parsed value; false when doubles cannot tell. */
function agrees(text: JsonText, ops: readonly UpdateOp[]): boolean {
  const { value, errors } = applyUpdate(text, ops);
  const parsed = applyUpdateOps(JSON.parse(text), ops);
  const isExact = !codes(parsed.errors).some((code) => code.endsWith('.not_exact'));
  if (!isExact || inexactNumber(text) !== undefined || inexactNumber(value) !== undefined) return false;
  const hint = `${JSON.stringify(ops)} on ${text}`;
  assert.deepEqual(written(JSON.parse(value)), written(parsed.value), hint);
  assert.deepEqual(errors, parsed.errors, hint);
  return true;
}

for (const oddness of [0, 2, 30]) {
  test(`a text becomes what its parsed value becomes (${oddness} % odd)`, () => {
    const random = new RandomJson(oddness + 1);
    let compared = 0;
    let inPlace = 0;
    for (let round = 0; round < 20_000; round += 1) {
      const text = random.object(oddness);
      const ops = Array.from({ length: 1 + random.below(3) }, () => random.op());
      if (!agrees(text, ops)) continue;
      compared += 1;
      if (applyInPlace(text, ops[0]!) !== undefined) inPlace += 1;
    }
    assert.ok(compared >= 10_000 && inPlace >= 3_000, `${compared}, ${inPlace} of them in place`);
  });
}

test('what is beside the field stays as it is written', () => {
  const beside = ' "b" : [ 1.0,9007199254740993 , {"c":1E2,"c":"\\u0041"} ] ,"1":-0 ';
  const cases: readonly [UpdateOp, string, string][] = [
    [{ type: 'set', path: 'a', value: 'x' }, `{"a": 1 ,${beside}}`, `{"a": "x" ,${beside}}`],
    [{ type: 'set', path: 'a', value: 2 }, `{${beside},"a":0,"a":1}`, `{${beside},"a":0,"a":2}`],
    [{ type: 'set', path: 'new', value: 2 }, `{"a":1,${beside}}`, `{"a":1,${beside.trimEnd()},"new":2}`],
    [{ type: 'increment', path: 'a', by: 2 }, `{"\\u0061":1,${beside}}`, `{"\\u0061":3,${beside}}`],
    [{ type: 'append', path: 'b', value: 2 }, '{"b":[ 1.0 ]}', '{"b":[ 1.0 ,2]}'],
    [{ type: 'append', path: 'b', value: 2 }, '{"b":[ ]}', '{"b":[ 2]}'],
    [{ type: 'append', path: 'b', value: 'é"' }, '{"b":"\\u0041"}', '{"b":"\\u0041é\\""}'],
    [{ type: 'set', path: ['a', 'n'], value: 2 }, `{"a":{"n":1,${beside}}}`, `{"a":{"n":2,${beside}}}`],
  ];
  for (const [op, before, after] of cases) {
    assert.equal(applyInPlace(asJson(before), op)?.text, after);
  }
});

test('what has no place is left to a draft', () => {
  const set = (path: string | string[]): UpdateOp => ({ type: 'set', path, value: 1 });
  const cases: readonly [UpdateOp, string][] = [
    [set('a'), '[]'],
    [set('a'), 'null'],
    [set(''), '{"a":0}'],
    [set([]), '{"a":0}'],
    [set('__proto__'), '{"__proto__":0}'],
    [set(['a', 'b']), '{"a":{}}'],
    [set(['a', 'b']), '{"a":1}'],
    [set(['a', '']), '{"a":{"":1}}'],
    [{ type: 'remove', path: 'a' }, '{"a":0}'],
    [{ type: 'merge', value: {} }, '{"a":0}'],
  ];
  for (const [op, text] of cases) assert.equal(applyInPlace(asJson(text), op), undefined, text);
});
