import assert from 'node:assert/strict';
import { test } from 'node:test';
import { equalJson } from './json-equal.js';
import { asJson } from './json-text.js';

const equal = (one: string, other: string): boolean => equalJson(asJson(one), asJson(other));

const EQUAL: readonly (readonly [string, string])[] = [
  ['{"a":1,"b":[true,null]}', ' { "b" : [ true , null ] , "a" : 1 } '],
  ['"\\u0041\\/"', '"A/"'],
  ['1.0', '1'],
  ['1e2', '100'],
  ['9007199254740993', '9007199254740993.0'],
  ['[12345678901234567890]', '[1234567890123456789e1]'],
  ['{"a":1,"a":2}', '{"a":2}'],
  ['{"n":9007199254740993,"n":1}', '{"n":1}'],
  ['{"__proto__":9007199254740993}', '{"__proto__":9007199254740993}'],
];

const DIFFERENT: readonly (readonly [string, string])[] = [
  ['9007199254740993', '9007199254740992'],
  ['{"a":9007199254740993}', '{"a":9007199254740994}'],
  ['1', '"1"'],
  ['[]', '{}'],
  ['null', '0'],
  ['[1,2]', '[2,1]'],
  ['[1]', '[1,2]'],
  ['{"a":null}', '{}'],
  ['{"a":null}', '{"b":null}'],
  ['{"toString":1}', '{"a":1}'],
  ['{"__proto__":9007199254740993}', '{}'],
];

test('texts of one value are equal, whatever their spelling', () => {
  for (const [one, other] of EQUAL) {
    assert.ok(equal(one, other), `${one} and ${other}`);
    assert.ok(equal(other, one), `${other} and ${one}`);
  }
});

test('texts of two values are different, also beyond the precision of a double', () => {
  for (const [one, other] of DIFFERENT) {
    assert.ok(!equal(one, other), `${one} and ${other}`);
    assert.ok(!equal(other, one), `${other} and ${one}`);
  }
});
