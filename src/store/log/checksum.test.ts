import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { checksum } from './checksum.js';
import { randomFrom } from './testing/model.js';

test('the checksum of any few bytes, from any on, is what zlib has', () => {
  const chance = randomFrom(3);
  const bytes = Buffer.from(Array.from({ length: 600 }, () => chance() * 256));
  for (let length = 0; length < 500; length += 1) {
    const from = length % 9;
    const seed = Math.floor(chance() * 2 ** 32);
    const expected = crc32(bytes.subarray(from, from + length), seed);
    assert.equal(checksum(bytes, from, from + length, seed), expected, `${length} bytes`);
  }
});
