import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOwnHost, isSameOrigin } from './guard.js';

test('addresses, localhost and the configured host are ours; names that somebody else can point at us are not', () => {
  for (const host of [
    'localhost',
    'LOCALHOST:3113',
    '127.0.0.1:3113',
    '[::1]:3113',
    '10.0.0.7',
    'admin.lan:80',
  ]) {
    assert.ok(isOwnHost(host, 'admin.lan'), host);
  }
  const foreign = [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'x@localhost',
    'localhost:',
    '',
    '::1',
  ];
  for (const host of [undefined, ...foreign]) assert.ok(!isOwnHost(host, '127.0.0.1'), host);
});

test('a request of another origin is told by Origin or by Sec-Fetch-Site; a program sends neither', () => {
  const host = 'localhost:3113';
  assert.ok(isSameOrigin({ host }));
  assert.ok(isSameOrigin({ host, origin: 'http://localhost:3113', 'sec-fetch-site': 'same-origin' }));
  assert.ok(!isSameOrigin({ host, origin: 'http://localhost:3000' }));
  assert.ok(!isSameOrigin({ host, origin: 'null' }));
  assert.ok(!isSameOrigin({ host, origin: 'https://localhost:3113' }));
  assert.ok(!isSameOrigin({ host, 'sec-fetch-site': 'cross-site' }));
  assert.ok(!isSameOrigin({ host, 'sec-fetch-site': 'same-site' }));
});
