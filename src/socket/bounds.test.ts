import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressCounts } from './address-counts.js';
import { closeReason } from './close-reason.js';
import { TokenBucket } from './token-bucket.js';

test('a close reason has at most 123 bytes and no half character', () => {
  assert.equal(closeReason('short'), 'short');
  assert.equal(closeReason('x'.repeat(123)), 'x'.repeat(123));
  assert.equal(closeReason('x'.repeat(124)), 'x'.repeat(123));
  assert.equal(closeReason('☃'.repeat(41)), '☃'.repeat(41));
  assert.equal(closeReason(`xx${'☃'.repeat(41)}`), `xx${'☃'.repeat(40)}`);
  assert.equal(closeReason(`x${'😀'.repeat(31)}`), `x${'😀'.repeat(30)}`);
});

test('a token bucket grants a burst, then its rate, and never more than a burst', () => {
  const bucket = new TokenBucket(2, 0);
  assert.deepEqual([bucket.take(2, 0), bucket.take(2, 0), bucket.take(2, 0)], [true, true, false]);
  assert.equal(bucket.take(2, 499), false);
  assert.equal(bucket.take(2, 500), true);
  assert.deepEqual(
    [bucket.take(2, 60_000), bucket.take(2, 60_000), bucket.take(2, 60_000)],
    [true, true, false],
  );
});

test('addresses are counted up to the limit; 0 is none', () => {
  const counts = new AddressCounts();
  assert.deepEqual([counts.take('a', 1), counts.take('a', 1), counts.take('b', 1)], [true, false, true]);
  counts.give('a');
  assert.equal(counts.take('a', 1), true);
  assert.equal(counts.take('a', 0), true);
});
