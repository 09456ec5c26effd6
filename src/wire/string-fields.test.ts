import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringFields } from './string-fields.js';

test('the ids of a message are found, whatever else is in it', () => {
  const of = (text: string) => stringFields(text, ['type', 'id']);
  assert.deepEqual(of('{"type":"a","id":"b"}'), { type: 'a', id: 'b' });
  assert.deepEqual(of(' { "data" : {"id":"no","x":[NaN,-Infinity]} , "id" : "\\u0062\\"" }'), { id: 'b"' });
  assert.deepEqual(of('{"n":NaN,"type":"a","data":{"cut'), { type: 'a' });
  assert.deepEqual(of('{"id":"a","id":7}'), {});
  assert.deepEqual(of('{"id":"a","id":"b"}'), { id: 'b' });
  assert.deepEqual(of('{"id":"\n","type":"a"}'), { type: 'a' });
  for (const text of ['', '[', '"id"', '{', '{"id', '{"id"', '{"id":', '{"id":"', '{,', '}', '{"id" "a"}'])
    assert.deepEqual(of(text), {}, text);
});
