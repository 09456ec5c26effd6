import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkName, checkNames } from './address.js';

const refusal = (reason: string, message: string) => ({
  name: 'StreamError',
  reason,
  message,
});

test('any non-empty well-formed Unicode passes', () => {
  for (const name of ['a', ' ', ':', '/', '%2F', '\u0000', '😀', 'ä', '\uFFFD', '__proto__'])
    checkName('item_id', name, 12);
  checkNames({ stream_name: 's', group_id: 'g', id: undefined }, 1);
});

test('empty and malformed names are refused by the name of their field', () => {
  assert.throws(
    () => checkNames({ stream_name: 's', group_id: '' }, 512),
    refusal('invalid_input', 'group_id: must not be empty'),
  );
  for (const name of ['\uD83D', '\uDE00', 'a\uD83Db', '\uDE00\uD83D']) {
    assert.throws(() => checkName('id', name, 512), {
      reason: 'invalid_input',
      message: /^id: /,
    });
  }
});

test('the limit counts UTF-8 bytes', () => {
  checkName('n', 'a'.repeat(9), 9);
  checkName('n', 'ä'.repeat(4), 9);
  checkName('n', '€€€', 9);
  checkName('n', '😀😀', 9);
  const over = refusal('limit', 'n: is 10 bytes long, at most 9 are allowed');
  for (const name of ['a'.repeat(10), 'ä'.repeat(5), '€€€a', '😀😀ä'])
    assert.throws(() => checkName('n', name, 9), over);
});
