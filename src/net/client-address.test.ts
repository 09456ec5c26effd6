import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientAddress } from './client-address.js';

const TRUSTED = ['10.0.0.0/8', '192.0.2.7', 'fd00::/8'];

const from = (remoteAddress: string, headers: Record<string, string> = {}, trusted = TRUSTED): string =>
  clientAddress({ socket: { remoteAddress } as never, headers }, trusted);

test('trusted proxies give the address of the client, others give their own', () => {
  const table: [expected: string, peer: string, headers: Record<string, string>][] = [
    ['203.0.113.9', '203.0.113.9', { 'x-forwarded-for': '1.1.1.1' }],
    ['10.1.1.1', '10.1.1.1', {}],
    ['203.0.113.9', '::ffff:10.1.1.1', { 'x-forwarded-for': '203.0.113.9' }],
    // Only what the nearest proxies added counts: the client wrote the rest.
    ['203.0.113.9', '10.1.1.1', { 'x-forwarded-for': '1.1.1.1, 203.0.113.9' }],
    ['203.0.113.9', '10.1.1.1', { 'x-forwarded-for': '1.1.1.1, 203.0.113.9, 192.0.2.7' }],
    ['203.0.113.9', '10.1.1.1', { 'x-forwarded-for': '203.0.113.9:4711' }],
    ['10.2.2.2', '10.1.1.1', { 'x-forwarded-for': 'unknown, 10.2.2.2' }],
    ['10.1.1.1', '10.1.1.1', { 'x-forwarded-for': 'nonsense' }],
    ['2001:db8::1', 'fd00::1', { forwarded: 'for="[2001:db8::1]:80";proto=https' }],
    ['203.0.113.9', '10.1.1.1', { forwarded: 'proto=http;for=203.0.113.9, for=10.9.9.9' }],
    ['10.1.1.1', '10.1.1.1', { forwarded: 'for=_hidden' }],
    ['203.0.113.9', '10.1.1.1', { forwarded: 'for=203.0.113.9', 'x-forwarded-for': '203.0.113.9' }],
    // One of the two is the client's own.
    ['10.1.1.1', '10.1.1.1', { forwarded: 'for=1.1.1.1', 'x-forwarded-for': '203.0.113.9' }],
  ];
  for (const [expected, peer, headers] of table) {
    assert.equal(from(peer, headers), expected, `${peer} ${JSON.stringify(headers)}`);
  }
  assert.equal(from('10.1.1.1', { 'x-forwarded-for': '203.0.113.9' }, []), '10.1.1.1');
});
