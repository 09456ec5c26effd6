import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback, isLoopbackOrigin, isOwnHost, isSameOrigin, originAllowed } from './origin.js';

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
  const own = ['http://localhost:3113'];
  assert.ok(isSameOrigin({}, own));
  assert.ok(isSameOrigin({ origin: 'http://localhost:3113', 'sec-fetch-site': 'same-origin' }, own));
  assert.ok(!isSameOrigin({ origin: 'http://localhost:3000' }, own));
  assert.ok(!isSameOrigin({ origin: 'null' }, own));
  assert.ok(!isSameOrigin({ origin: 'null' }, ['http://undefined', 'null', '']));
  assert.ok(!isSameOrigin({ origin: 'https://localhost:3113' }, own));
  assert.ok(isSameOrigin({ origin: 'https://localhost:3113' }, [...own, 'https://localhost:3113']));
  assert.ok(isSameOrigin({ origin: 'https://ops.example' }, ['https://ops.example:443']));
  assert.ok(!isSameOrigin({ 'sec-fetch-site': 'cross-site' }, own));
  assert.ok(!isSameOrigin({ 'sec-fetch-site': 'same-site' }, own));
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

test('pages of this machine', () => {
  for (const origin of ['http://localhost:3000', 'http://127.0.0.1', 'https://[::1]:8443'])
    assert.ok(isLoopbackOrigin(origin), origin);
  for (const origin of ['https://evil.example', 'http://localhost.evil.example', 'null', '', 'localhost'])
    assert.ok(!isLoopbackOrigin(origin), origin);
});
