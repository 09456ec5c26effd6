import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredItem } from './change.js';
import { asJson } from './json-text.js';
import { pageOf } from './page.js';

const item = (id: string, created: number): StoredItem => ({
  id,
  rev: created,
  created,
  timestamp: 1,
  value: asJson('1'),
});

/** The ids of all pages, one after another. */
function* walk(items: readonly StoredItem[], limit: number): Generator<string> {
  let after: string | undefined;
  do {
    const page = pageOf(items, limit, after);
    yield page.items.map(({ id }) => id).join('');
    after = page.next;
  } while (after !== undefined);
}

test('pages hold each item once, in order, and the last one has no next', () => {
  const items = [item('a', 2), item('b', 3), item('c', 7), item('x', 0), item('y', 0)];
  assert.deepEqual([...walk(items, 2)], ['ab', 'cx', 'y']);
  assert.deepEqual([...walk(items, 1)], ['a', 'b', 'c', 'x', 'y']);
  assert.deepEqual([...walk(items, 5)], ['abcxy']);
  assert.deepEqual([...walk([], 5)], ['']);
});

test('a page goes on where the last one ended, whatever was deleted and created meanwhile', () => {
  const items = [item('a', 2), item('b', 3), item('c', 7)];
  const { next } = pageOf(items, 2, undefined);
  const later = [item('c', 7), item('d', 9)];
  assert.deepEqual(pageOf(later, 2, next), { items: later, next: undefined });
  const foreign = [item('a', 2), item('x', 0), item('z', 0)];
  assert.equal(pageOf(foreign, 5, pageOf(foreign, 2, undefined).next).items[0]?.id, 'z');
  assert.equal(pageOf([item('z', 0)], 5, '.x').items[0]?.id, 'z');
  assert.deepEqual(pageOf([item('a', 1)], 5, '.x').items, []);
});

test('what is no next is refused, naming the field', () => {
  for (const after of ['', '0', '-1', '1.5', '12345678901234567', 'a']) {
    assert.throws(() => pageOf([], 1, after), { reason: 'invalid_input', message: /^after: / });
  }
});
