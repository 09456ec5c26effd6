import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredItem } from '../domain/change.js';
import { asJson } from '../domain/json-text.js';
import { endOfPiece } from './pieces.js';

const items = (...lengths: number[]): StoredItem[] =>
  lengths.map((length, i) => ({
    id: `i${i}`,
    rev: i + 1,
    created: i + 1,
    timestamp: 1,
    value: asJson('x'.repeat(length)),
  }));

test('a piece ends at its number of items or its bytes; an item that is too long is one of its own', () => {
  assert.equal(endOfPiece(items(1, 1, 1), 0, 2), 2);
  assert.equal(endOfPiece(items(1, 1, 1), 2, 2), 3);
  assert.equal(endOfPiece(items(100_000, 100_000, 100_000), 0, 500), 2);
  assert.equal(endOfPiece(items(1, 1_000_000, 1), 0, 500), 1);
  assert.equal(endOfPiece(items(1, 1_000_000, 1), 1, 500), 2);
  assert.equal(endOfPiece(items(1, 1_000_000, 1), 2, 500), 3);
});
