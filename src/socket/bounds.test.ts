import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressCounts } from './address-counts.js';
import { closeReason } from './close-reason.js';
import { isLoopback, originAllowed } from './origin.js';
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

test('origins are compared as browsers write them; a request without one is no browser', () => {
  const allowed = ['https://App.example/', 'http://localhost:5173'];
  assert.equal(originAllowed('https://app.example', allowed), true);
  assert.equal(originAllowed('http://localhost:5173', allowed), true);
  for (const origin of [
    'https://app.example.evil',
    'http://app.example',
    'https://app.example:444',
    'null',
    '',
  ]) {
    assert.equal(originAllowed(origin, allowed), false, origin);
  }
  assert.equal(originAllowed(undefined, allowed), true);
  assert.equal(originAllowed('https://any', undefined), true);
  assert.equal(originAllowed('https://any', []), false);
});

test('loopback addresses', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', '::1'])
    assert.equal(isLoopback(host), true, host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example', 'localhost.example'])
    assert.equal(isLoopback(host), false, host);
});
