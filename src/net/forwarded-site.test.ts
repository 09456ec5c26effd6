import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { siteOf } from './forwarded-site.js';

const TRUSTED = ['10.0.0.0/8'];
const at = (headers: Record<string, string>, peer = '10.0.0.1') =>
  siteOf(
    { socket: { remoteAddress: peer } as Socket, headers: { host: '127.0.0.1:3113', ...headers } },
    TRUSTED,
  );
const OWN = { scheme: 'http', host: '127.0.0.1:3113' };

test('trusted proxies say which scheme and host a browser asked for, in either header', () => {
  const site = { scheme: 'https', host: 'ops.example:8443', forwarded: 'believed' };
  const pair = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'ops.example:8443' };
  for (const headers of [
    pair,
    { 'x-forwarded-proto': 'wss', 'x-forwarded-host': 'OPS.example:8443' },
    { 'x-forwarded-proto': 'https, http', 'x-forwarded-host': 'ops.example:8443, inner.lan' },
    { forwarded: 'for=1.2.3.4;Proto=https;host="ops.example:8443", for=10.0.0.2;proto=http' },
    { ...pair, forwarded: 'for=1.2.3.4' },
    { ...pair, forwarded: 'proto=wss;host="ops.example:8443"' },
  ])
    assert.deepEqual(at(headers), site, JSON.stringify(headers));
  assert.deepEqual(at({ 'x-forwarded-proto': 'https' }), { ...OWN, scheme: 'https', forwarded: 'believed' });
  assert.deepEqual(at({}), { ...OWN, forwarded: 'no' });
  assert.deepEqual(at({ 'x-forwarded-for': '1.2.3.4' }), { ...OWN, forwarded: 'no' });
});

test('what others forward is ignored, and so is what makes no sense or contradicts itself', () => {
  const pair = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'ops.example' };
  const ignored = { ...OWN, forwarded: 'ignored' };
  assert.deepEqual(at(pair, '192.0.2.1'), ignored);
  assert.deepEqual(
    siteOf({ socket: { remoteAddress: '10.0.0.1' } as Socket, headers: pair }, undefined).forwarded,
    'ignored',
  );
  for (const headers of [
    { 'x-forwarded-proto': 'gopher' },
    { 'x-forwarded-proto': 'constructor' },
    { 'x-forwarded-host': "evil.example; script-src 'unsafe-inline'" },
    { 'x-forwarded-host': 'user@ops.example' },
    { ...pair, forwarded: 'proto=http' },
    { ...pair, forwarded: 'host=evil.example' },
  ])
    assert.deepEqual(at(headers), ignored, JSON.stringify(headers));
});
