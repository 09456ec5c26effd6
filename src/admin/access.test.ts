import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { Refusal } from '../net/refusal.js';
import { FakeLogger } from '../socket/testing/harness.js';
import { Access } from './access.js';

const admin = { host: '127.0.0.1', port: 3113 };
const FORWARDED = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'ops.example' };
const request = (headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
  ({
    headers: { host: '127.0.0.1:3113', ...headers },
    socket: { remoteAddress },
  }) as unknown as IncomingMessage;

const accessTo = (trusted_proxies: string[]): Access =>
  new Access(admin.host, { current: { admin, trusted_proxies } }, new FakeLogger());
const refused = (act: () => void, code: string, message = /./) =>
  assert.throws(
    act,
    (error) => error instanceof Refusal && error.code === code && message.test(error.message),
  );

test('behind a trusted proxy the page is of the scheme and host that it forwards, and of no other', () => {
  const access = accessTo(['127.0.0.1']);
  access.mayAct(request({ ...FORWARDED, origin: 'https://ops.example' }));
  access.mayAct(request({ origin: 'http://127.0.0.1:3113' }));
  access.mayAct(request({}));
  for (const origin of ['http://ops.example', 'http://127.0.0.1:3113', 'https://evil.example', 'null'])
    refused(() => access.mayAct(request({ ...FORWARDED, origin })), 'origin_not_allowed', /the page is of/);
  refused(
    () => access.mayAct(request({ ...FORWARDED, 'sec-fetch-site': 'cross-site' })),
    'origin_not_allowed',
  );
});

test('a name that somebody points at us stays unknown, whatever is forwarded', () => {
  const access = accessTo(['127.0.0.1']);
  const rebound = { host: 'evil.example', 'x-forwarded-host': 'evil.example', origin: 'http://evil.example' };
  refused(() => access.mayRead(request(rebound)), 'unknown_host', /X-Forwarded-Host/);
  refused(() => access.mayAct(request(rebound)), 'unknown_host');
});

test('who is no trusted proxy is told that what it forwards is not believed', () => {
  const forwarded = { ...FORWARDED, origin: 'https://ops.example' };
  for (const access of [accessTo(['10.0.0.0/8']), accessTo([])])
    refused(() => access.mayAct(request(forwarded)), 'origin_not_allowed', /trusted_proxies/);
});

test('a token that a proxy adds lets no page of others act', (t) => {
  process.env.III_STREAM_ADMIN_TOKEN = 'a-token-of-16-characters';
  t.after(() => delete process.env.III_STREAM_ADMIN_TOKEN);
  const access = accessTo(['127.0.0.1']);
  const bearer = { authorization: 'Bearer a-token-of-16-characters', host: 'ops.example' };
  access.mayAct(request({ ...bearer, origin: 'https://tool.example' }));
  access.mayAct(request({ ...bearer, ...FORWARDED }));
  access.mayAct(request({ ...bearer, ...FORWARDED, origin: 'https://ops.example' }));
  refused(
    () => access.mayAct(request({ ...bearer, ...FORWARDED, origin: 'https://evil.example' })),
    'origin_not_allowed',
  );
  refused(
    () => access.mayRead(request({ ...FORWARDED, authorization: 'Bearer not-the-token-at-all' })),
    'unauthorized',
  );
});

test('the host that the page may connect to is the forwarded one, and nothing that could end a header', () => {
  const access = accessTo(['127.0.0.1']);
  assert.equal(access.hostOfPage(request(FORWARDED)), 'ops.example');
  assert.equal(access.hostOfPage(request(FORWARDED, '192.0.2.7')), '127.0.0.1:3113');
  assert.equal(access.hostOfPage(request({ host: 'evil.example' })), undefined);
  assert.equal(access.hostOfPage(request({ host: '127.0.0.1; script-src *' })), undefined);
});
