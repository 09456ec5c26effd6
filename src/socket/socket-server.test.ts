import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { LocalError } from '../domain/errors.js';
import { asJson } from '../domain/json-text.js';
import { encodeTextFrames } from '../net/frames.js';
import type { AuthRequest, AuthResult } from '../service/service-port.js';
import { StreamListener } from './stream-listener.js';
import { Client, configOf, LIMITS, refusal, start, until } from './testing/harness.js';

test('messages join and leave, as text and as binary; the close disconnects', async (t) => {
  const { service, url, server } = await start(t);
  service.onJoin = (outlet, { subscriptionId }, settled) => {
    settled(true);
    outlet.write(encodeTextFrames([`{"hello":"${subscriptionId}"}`, '{"and":1}']));
  };
  const client = await Client.open(t, url);
  client.join({ subscriptionId: 'ключ ☃' });
  assert.deepEqual(await client.next(), { hello: 'ключ ☃' });
  assert.deepEqual(await client.next(), { and: 1 });
  client.ws.send(Buffer.from('{"type":"join","data":{"subscriptionId":"b","streamName":"s","groupId":"g"}}'));
  assert.deepEqual(await client.next(), { hello: 'b' });
  assert.deepEqual(await client.next(), { and: 1 });
  const [info] = [...server.connections()];
  assert.deepEqual(
    { ...info, id: '', since: 0 },
    { id: '', address: '127.0.0.1', since: 0, subscriptions: 2, queuedBytes: 0, paused: false },
  );
  client.send({ type: 'leave', data: { subscriptionId: 'b' } });
  await once(service, 'leave');
  client.ws.send('nonsense');
  assert.equal((await client.next()).code, 'invalid_message');
  client.ws.close();
  const [outlet] = await once(service, 'disconnect');
  assert.equal(outlet, service.joins[0]!.outlet);
  await client.closed;
  assert.deepEqual([...server.connections()], []);
  outlet.write(encodeTextFrames(['late']));
});

test('a path is one join, of a group or an item, and messages work beside it', async (t) => {
  const { service, url } = await start(t);
  service.onJoin = (outlet, { group, item, withItems, since, ack }, settled) => {
    settled(true);
    outlet.write(encodeTextFrames([JSON.stringify({ group, item, withItems, since, ack })]));
  };
  const group = await Client.open(t, `${url}/stream/presence/room%2F1/`);
  assert.deepEqual(await group.next(), { group: 'room/1', withItems: false, ack: false });
  group.join({ groupId: 'other' });
  assert.equal((await group.next()).group, 'other');
  const item = await Client.open(t, `${url}/stream/presence/room-1/ann?items=1&since=e:7&ack=1`);
  assert.deepEqual(await item.next(), {
    group: 'room-1',
    item: 'ann',
    withItems: true,
    since: { epoch: 'e', seq: 7 },
    ack: true,
  });
});

test('a refused path subscription: what the service wrote arrives, then the close with 1008', async (t) => {
  const { service, url } = await start(t);
  service.onJoin = (outlet, _, settled) => {
    outlet.write(encodeTextFrames(['{"event":{"type":"unauthorized"}}']));
    settled(false);
  };
  const client = await Client.open(t, `${url}/stream/s/g`);
  assert.deepEqual(await client.next(), { event: { type: 'unauthorized' } });
  assert.equal(await client.closed, 1008);
});

test('browser tokens: Authorization is answered wherever it is offered, else the first offer', async (t) => {
  const { service, url } = await start(t);
  const seen: string[] = [];
  service.auth = ({ headers }) => {
    seen.push(headers['sec-websocket-protocol'] ?? '');
    return Promise.resolve({ allowed: true, context: undefined });
  };
  assert.equal((await Client.open(t, url, ['Authorization', 'tok.en-1'])).ws.protocol, 'Authorization');
  assert.equal((await Client.open(t, url, ['tok', 'Authorization'])).ws.protocol, 'Authorization');
  assert.equal((await Client.open(t, url, ['chat', 'other'])).ws.protocol, 'chat');
  assert.equal((await Client.open(t, url)).ws.protocol, '');
  assert.deepEqual(seen, ['Authorization,tok.en-1', 'tok,Authorization', 'chat,other', '']);
});

test('the auth function sees the request, its context reaches the join', async (t) => {
  const { service, url } = await start(t);
  let seen: AuthRequest | undefined;
  service.auth = (request) => {
    seen = request;
    return Promise.resolve({ allowed: true, context: asJson('{"n":1}') });
  };
  const headers = { Authorization: 'Bearer x', 'Set-Cookie': ['a', 'b'] as unknown as string };
  await Client.open(t, `${url}/stream/s/a%20b?token=1&token=2`, [], { headers });
  assert.equal(service.joins[0]?.context, '{"n":1}');
  assert.equal(seen?.path, '/stream/s/a%20b');
  assert.deepEqual({ ...seen.queryParams }, { token: ['1', '2'] });
  assert.equal(seen.addr, '127.0.0.1');
  assert.equal(seen.headers.authorization, 'Bearer x');
  assert.equal(seen.headers['set-cookie'], 'a, b');
});

test('a refusal of the auth function, or its fault, is an HTTP answer and no socket', async (t) => {
  const { service, url, counters, logger } = await start(t);
  const say = (answer: () => Promise<AuthResult>): void => {
    service.auth = answer;
  };
  say(() => Promise.resolve({ allowed: false, status: 401, reason: 'a secret' }));
  assert.deepEqual(await refusal(t, url), { status: 401, error: 'unauthorized' });
  say(() => Promise.resolve({ allowed: false, status: 503, reason: 'gone' }));
  assert.deepEqual(await refusal(t, url), { status: 503, error: 'auth_unavailable' });
  say(() => Promise.reject(new Error('a fault of ours')));
  assert.deepEqual(await refusal(t, url), { status: 500, error: 'internal' });
  assert.deepEqual([counters.refused.total, counters.authRefused, counters.opened], [3, 2, 0]);
  assert.equal(logger.lines.filter((line) => /^(warn|error)/.test(line)).length, 3);
});

test('a client that vanishes while it waits, and one that waits too long with others, harm nobody', async (t) => {
  const { service, url, server } = await start(t, {
    limits: { max_pending_invocations: 1, sockets_per_address: 2 },
  });
  let answer: (result: AuthResult) => void = () => {};
  service.auth = () => new Promise((resolve) => (answer = resolve));
  const vanishing = new WebSocket(url);
  vanishing.on('error', () => {});
  await once(service, 'authenticate');
  assert.deepEqual(await refusal(t, url), { status: 503, error: 'overloaded' });
  const gone = new Promise((resolve) => vanishing.on('close', resolve));
  vanishing.terminate();
  await gone;
  answer({ allowed: true, context: undefined });
  service.auth = () => Promise.resolve({ allowed: true, context: undefined });
  await Client.open(t, url);
  await until(() => [...server.connections()].length === 1, 'only the live one is left');
  await Client.open(t, url);
});

test('every other request gets a clean 404', async (t) => {
  const { url } = await start(t);
  for (const path of ['/nothing', '/otel', '/stream/s', '/stream/a/b/c/d']) {
    assert.deepEqual(await refusal(t, `${url}${path}`), { status: 404, error: 'not_found' }, path);
  }
  assert.deepEqual(await refusal(t, `${url}/stream//g`), { status: 400, error: 'empty_name' });
  assert.deepEqual(await refusal(t, `${url}/stream/%ff/g`), { status: 400, error: 'bad_encoding' });
  for (const [path, method] of [
    ['/', 'GET'],
    ['/stream/s/g', 'GET'],
    ['/x', 'POST'],
    ['/', 'HEAD'],
  ] as const) {
    const response = await fetch(`${url.replace('ws:', 'http:')}${path}`, { method });
    assert.equal(response.status, 404);
    assert.equal(response.headers.get('content-type'), 'application/json');
    const body = await response.text();
    if (method !== 'HEAD') assert.equal(JSON.parse(body).error, 'not_found');
  }
});

test('origins: those allowed, and requests without one', async (t) => {
  const { url, configure } = await start(t, { allowed_origins: ['https://app.example'] });
  assert.deepEqual(await refusal(t, url, [], { origin: 'https://evil.example' }), {
    status: 403,
    error: 'origin_not_allowed',
  });
  await Client.open(t, url, [], { origin: 'https://app.example' });
  await Client.open(t, url);
  configure({});
  await Client.open(t, url, [], { origin: 'https://evil.example' });
});

test('an open door is said once', async (t) => {
  const said = (lines: string[]): number => lines.filter((line) => line.includes('allowed_origins')).length;
  const open = await start(t, { host: '0.0.0.0' });
  await Client.open(t, open.url.replace('0.0.0.0', '127.0.0.1'));
  assert.equal(said(open.logger.lines), 1);
  const opened = await start(t, { host: '0.0.0.0', allowed_origins: [] });
  assert.equal(said(opened.logger.lines), 0);
  opened.configure({});
  await Client.open(t, opened.url.replace('0.0.0.0', '127.0.0.1'));
  assert.equal(said(opened.logger.lines), 1);
  for (const options of [{ host: '127.0.0.1' }, { host: '0.0.0.0', auth_function: 'f' }]) {
    assert.equal(said((await start(t, options)).logger.lines), 0);
  }
});

test('an address holds so many sockets, and may have another when one goes', async (t) => {
  const { url, server } = await start(t, { limits: { sockets_per_address: 2 } });
  const first = await Client.open(t, url);
  await Client.open(t, url);
  assert.deepEqual(await refusal(t, url), { status: 429, error: 'too_many_sockets' });
  first.ws.close();
  await first.closed;
  await until(() => [...server.connections()].length === 1, 'the server saw the close');
  await Client.open(t, url);
});

test('new limits hold for open connections too', async (t) => {
  const { url, configure } = await start(t);
  const client = await Client.open(t, url);
  configure({ limits: { max_name_bytes: 4, max_frame_bytes: 1_024 } });
  client.join({ groupId: 'too long' });
  assert.equal((await client.next()).code, 'name_too_long');
  client.ws.send('x'.repeat(1_025));
  assert.equal(await client.closed, 1009);
  const fresh = await Client.open(t, url);
  fresh.ws.send('x'.repeat(1_025));
  assert.equal(await fresh.closed, 1009);
  configure({ limits: { max_frame_bytes: 8_388_608 } });
  const large = await Client.open(t, url);
  large.ws.send('x'.repeat(LIMITS.max_frame_bytes + 1));
  assert.equal((await large.next()).code, 'invalid_message');
});

test('close: 1001 to everybody, those who wait are refused, nobody gets in, and it is bounded', async (t) => {
  const { url, server, service, port } = await start(t);
  const polite = await Client.open(t, url);
  const deaf = await Client.open(t, url);
  deaf.ws.pause();
  service.auth = () => new Promise(() => {});
  const waiting = refusal(t, url);
  await once(service, 'authenticate');
  const closed = server.close();
  assert.deepEqual(await waiting, { status: 503, error: 'going_away' });
  assert.equal(await polite.closed, 1001);
  await closed;
  assert.equal(service.disconnected.length, 2);
  await until(() => [...server.connections()].length === 0, 'the deaf one is dropped', 1_000);
  await server[Symbol.asyncDispose]();
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
});

test('a taken port is one clear sentence; another server can share the service', async (t) => {
  const { port, service, logger } = await start(t);
  const options = { host: '127.0.0.1', config: configOf(), service, logger };
  const second = new StreamListener({ ...options, port });
  await assert.rejects(
    second.listen(),
    (error) =>
      error instanceof LocalError && error.code === 'port_taken' && error.message.includes(String(port)),
  );
  await second.close();
  await assert.rejects(new StreamListener({ ...options, host: '192.0.2.1', port: 0 }).listen(), {
    code: 'listen_failed',
  });
  const third = new StreamListener({ ...options, port: 0 });
  const { url } = await third.listen();
  await Client.open(t, `${url}/stream/s/g`);
  assert.equal(service.joins.length, 1);
  await third.close();
});
