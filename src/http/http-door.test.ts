import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { validateHealthReply, validateRefusalReply } from '../../generated/validators.js';
import { ask, Events, start } from './testing/harness.js';

test('what no route takes is refused with JSON that says why', async (t) => {
  const { url } = await start(t);
  const post = { method: 'POST' };
  const body = { body: '{}' };
  for (const [status, error, path, options] of [
    [404, 'not_found', '/other', {}],
    [404, 'not_found', '/stream/s', {}],
    [404, 'not_found', '/stream/s/g/i/j', {}],
    [400, 'empty_name', '/stream/s//', {}],
    [400, 'bad_encoding', '/stream/s/%zz', {}],
    [400, 'name_too_long', `/stream/s/${'x'.repeat(513)}`, {}],
    [400, 'invalid_message', '/stream/s/g?since=x', {}],
    [400, 'invalid_message', '/stream/s/g?since=x:-1', {}],
    [400, 'invalid_message', '/stream/s/g?since=x:99999999999999999', {}],
    [400, 'invalid_message', '/stream/s/g?since=x:1&wait=31', {}],
    [400, 'invalid_message', '/stream/s/g?since=x:1&wait=1.5', {}],
    [400, 'invalid_message', '/stream/s/g?wait=1', {}],
    [400, 'invalid_message', '/stream/s/g?limit=0', {}],
    [400, 'invalid_message', '/stream/s/g?limit=10001', {}],
    [400, 'invalid_message', '/stream/s/g?after=1', {}],
    [400, 'invalid_input', '/stream/s/g?limit=1&after=x', {}],
    [400, 'invalid_message', '/stream/s/g?page=-1', {}],
    [400, 'invalid_message', '/stream/s/g?ops=true', {}],
    [400, 'invalid_message', '/stream/s/g?values=2', {}],
    [400, 'body_not_allowed', '/stream/s/g', { ...body, 'Content-Length': 2 }],
    [400, 'body_not_allowed', '/stream/s/g', { ...body, 'Transfer-Encoding': 'chunked' }],
    [405, 'method_not_allowed', '/stream/s/g', { ...post, ...body }],
    [405, 'method_not_allowed', '/stream/s/g', { method: 'DELETE' }],
    [406, 'not_acceptable', '/stream/s/g', { Accept: 'text/html' }],
    [406, 'not_acceptable', '/stream/s/g', { Accept: 'application/json;q=0' }],
    [400, 'body_not_allowed', '/', { ...body, 'Content-Length': 2 }],
    [405, 'method_not_allowed', '/', { ...post, ...body }],
  ] as const) {
    const reply = await ask(url + path, options);
    assert.deepEqual(
      [reply.status, reply.json?.error],
      [status, error],
      `${path} ${JSON.stringify(options)}`,
    );
    assert.ok(validateRefusalReply(reply.json));
    if (status === 405) assert.equal(reply.headers.allow, 'GET, HEAD, OPTIONS');
  }
  const browser = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  assert.equal((await ask(`${url}/stream/s/g?unknown=1`, browser)).status, 200);
});

test('a load balancer asks at the root, below a prefix or not, and needs no token', async (t) => {
  const limits = { sockets_per_address: 1 };
  const { url, configure, setReady, functions } = await start(t, { auth_function: 'auth', limits });
  functions.known.set('auth', () => ({ result: {} }));
  const held = await Events.open(t, `${url}/stream/s/g`);
  await held.next();
  for (const path of ['/', '/?from=probe']) {
    const { status, json, headers } = await ask(url + path, { Accept: 'text/html' });
    assert.deepEqual([status, json, headers['cache-control']], [200, { ready: true }, 'no-store']);
    assert.ok(validateHealthReply(json));
  }
  assert.equal(functions.callsOf('auth').length, 1, 'only about the reader');
  const head = await ask(`${url}/`, { method: 'HEAD' });
  assert.deepEqual([head.status, head.text], [200, '']);
  setReady(false);
  const { status, json } = await ask(`${url}/`);
  assert.deepEqual([status, json], [503, { ready: false }]);
  configure({ path_prefix: '/rt', allowed_origins: [] });
  for (const path of ['/', '/rt', '/rt/']) assert.equal((await ask(url + path)).status, 503, path);
  assert.equal((await ask(`${url}/`, { Origin: 'https://a.example' })).status, 403);
});

test('who is not let in learns how to come again, by each of the ways', async (t) => {
  const { url, port, functions } = await start(t, { auth_function: 'auth' });
  functions.known.set('auth', () => ({ result: null }));
  for (const [path, headers] of [
    ['/stream/s/g', {}],
    ['/stream/s/g', { Accept: 'text/event-stream' }],
    ['/stream/s/g?since=x:1&wait=1', {}],
    ['/v1/stream/groups/s/g', {}],
  ] as const) {
    const refused = await ask(url + path, headers);
    assert.deepEqual([refused.status, refused.headers['www-authenticate']], [401, 'Bearer'], path);
  }
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  response.resume();
  assert.deepEqual([response.statusCode, response.headers['www-authenticate']], [401, 'Bearer']);
});

test('a page of any origin may read, unless origins are named', async (t) => {
  const { url, functions, configure } = await start(t, { auth_function: 'auth' });
  let asked = 0;
  functions.known.set('auth', () => {
    asked += 1;
    return { result: {} };
  });
  const at = `${url}/stream/s/g`;
  const page = { Origin: 'https://a.example' };
  assert.equal((await ask(at, page)).headers['access-control-allow-origin'], '*');
  const wish = {
    'Access-Control-Request-Method': 'GET',
    'Access-Control-Request-Headers': 'authorization, x-key',
  };
  const open = await ask(at, { method: 'OPTIONS', ...page, ...wish });
  assert.deepEqual(
    [open.status, open.headers['access-control-allow-headers'], open.headers['access-control-allow-methods']],
    [204, 'authorization, x-key', 'GET, HEAD'],
  );
  assert.equal(asked, 1, 'a preflight carries no token, and nobody is asked about it');
  configure({ auth_function: 'auth', allowed_origins: ['https://a.example'] });
  for (const path of ['', '?since=x:1', '?since=x:1&wait=0', '/i', '?limit=1']) {
    const own = await ask(at + path, page);
    assert.equal(own.headers['access-control-allow-origin'], 'https://a.example');
    assert.equal(own.headers['access-control-allow-credentials'], 'true');
    assert.equal(own.headers.vary, 'Origin');
    for (const other of [
      { Origin: 'https://b.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
    ]) {
      for (const accept of [{}, { Accept: 'text/event-stream' }, { method: 'HEAD' }]) {
        const refused = await ask(at + path, { ...other, ...accept });
        assert.equal(refused.status, 403);
        assert.equal(refused.headers['access-control-allow-origin'], undefined);
        assert.equal(refused.headers['cross-origin-resource-policy'], 'same-origin');
      }
    }
  }
  for (const method of ['OPTIONS', 'POST', 'PUT']) {
    const refused = await ask(at, { method, Origin: 'https://b.example', ...wish });
    assert.ok([403, 405].includes(refused.status), method);
    assert.equal(refused.headers['access-control-allow-headers'], undefined);
  }
  const events = await Events.open(t, at, page);
  assert.equal(events.response.headers['access-control-allow-origin'], 'https://a.example');
  assert.equal((await ask(at, { 'Sec-Fetch-Site': 'same-origin' })).status, 200);
});

test('the auth function sees the request as a socket would be seen', async (t) => {
  const { url, functions } = await start(t, { auth_function: 'auth' });
  functions.known.set('auth', () => ({ result: { context: { user: 1 } } }));
  await ask(`${url}/stream/s/g?token=t&token=u`, { Authorization: 'Bearer x' });
  const [{ headers, path, query_params, addr }] = functions.callsOf('auth') as [Record<string, unknown>];
  assert.equal((headers as Record<string, string>).authorization, 'Bearer x');
  assert.deepEqual([path, query_params, addr], ['/stream/s/g', { token: ['t', 'u'] }, '127.0.0.1']);
});

test('an event stream behind another reply of its connection is refused, and nothing mixes', async (t) => {
  const { port, set } = await start(t);
  await set('a', 1);
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  const head = 'Host: localhost\r\n';
  const events = `GET /stream/s/g HTTP/1.1\r\n${head}Accept: text/event-stream\r\n\r\n`;
  const poll = `GET /stream/s/g?since=x:1&wait=1 HTTP/1.1\r\n${head}\r\n`;
  socket.write(poll + events);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'close');
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(text, /HTTP\/1\.1 400 Bad Request\r\n(.|\s)*"pipelined"/);
});

test('a stream of HTTP/1.0 is not cut into chunks', async (t) => {
  const { port, set } = await start(t);
  await set('a', 1);
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.write('GET /stream/s/g HTTP/1.0\r\nAccept: text/event-stream\r\n\r\n');
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) {
    text += chunk;
    if (text.includes('data: ')) break;
  }
  assert.match(text, /\r\n\r\nretry: \d+\n\nid: \S+:1\ndata: \{.*\}\n\n$/);
});
