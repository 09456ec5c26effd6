import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { readEvents } from '../cli/event-reader.js';
import { Caller } from './testing/caller.js';
import { documented, type ReverseProxy, startHaproxy, startNginx } from './testing/reverse-proxy.js';
import { config, IN_MEMORY, type RunningServer, startServer, temporaryDirectory } from './testing/server.js';

const NAMES = ['a/b', 'a%2Fb', '100%', 'q?x=1', 'h#f', 'back\\slash', 'two words', 'é€😀', 'p+l;u:s', '//x'];

const yaml = (more = ''): string =>
  config(IN_MEMORY, `trusted_proxies: ['127.0.0.1']\n${more}`).replace('admin: false', 'admin: { port: 0 }');
const authority = (url: string): string => new URL(url).host;

/** The documented lines, with where our server is. */
const at = (block: string, server: RunningServer): string =>
  block.replaceAll('127.0.0.1:3112', authority(server.streamUrl));

/** Every door through a proxy: names stay what they are, events come at once, cursors and addresses pass. */
async function check(server: RunningServer, { url }: ReverseProxy, prefix = ''): Promise<void> {
  await using caller = await Caller.open(server.engineUrl);
  for (const [i, name] of NAMES.entries()) await caller.set('s', name, name, i);
  const path = (...names: string[]): string =>
    `${url}${prefix}/stream/${names.map((name) => encodeURIComponent(name)).join('/')}`;
  for (const [i, name] of NAMES.entries()) {
    const reply = await fetch(`${path('s', name)}?values=1`);
    assert.deepEqual([reply.status, await reply.json()], [200, [i]], name);
    assert.equal(await (await fetch(`${path('s', name, name)}?values=1`)).json(), i, name);
    const socket = new WebSocket(path('s', name).replace('http', 'ws'));
    const [message] = await once(socket, 'message');
    assert.deepEqual(JSON.parse(String(message)).event, { type: 'sync', data: [i] }, name);
    socket.terminate();
  }
  const group = path('s', 'a/b');
  const { headers } = await fetch(group);
  const etag = headers.get('etag') ?? '';
  assert.equal((await fetch(group, { headers: { 'if-none-match': etag } })).status, 304);
  assert.equal((await fetch(`${group}?wait=0&since=${etag.slice(1, -1)}`)).status, 304);

  const abort = new AbortController();
  const stream = await fetch(group, {
    headers: { accept: 'text/event-stream', 'x-forwarded-for': '203.0.113.9' },
    signal: abort.signal,
  });
  const events = readEvents(stream.body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  const next = async (): Promise<{ id: string | undefined; message: { event: { data: unknown } } }> => {
    for (;;) {
      const { value } = await events.next();
      if (value.data !== undefined) return { id: value.id, message: JSON.parse(value.data) };
    }
  };
  const first = await next();
  assert.deepEqual(first.message.event.data, [0]);
  const seqOf = (id: string | undefined): number => Number(id?.split(':').at(-1));
  for (let i = 1; i < 4; i += 1) {
    await caller.set('s', 'a/b', 'a/b', `event ${i}`);
    const { id, message } = await next();
    assert.equal(message.event.data, `event ${i}`, 'nothing is held back');
    assert.equal(seqOf(id), seqOf(first.id) + i);
  }
  const { sockets } = (await (await fetch(`${server.adminUrl}/api/sockets`)).json()) as {
    sockets: { address: string }[];
  };
  assert.ok(sockets.some(({ address }) => address === '203.0.113.9'));
  abort.abort();
}

test('nginx with the documented lines, and below a prefix in both ways', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: yaml(), directory: directory.path });
  const [plain = '', prefix = ''] = await documented('nginx');
  const addresses = 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;';
  await using nginx = await startNginx(directory.path, at(plain, server));
  await check(server, nginx);
  const [map = ''] = plain.split('\n');
  const bare = at(prefix, server).replace('proxy_http_version', `${addresses}\n proxy_http_version`);
  await using stripped = await startNginx(directory.path, `${map}\n${bare}`);
  await check(server, stripped, '/rt');

  await using other = await temporaryDirectory();
  await using prefixed = await startServer({ yaml: yaml('path_prefix: /rt'), directory: other.path });
  const kept = at(plain, prefixed).replace('location /', 'location /rt/');
  await using keeping = await startNginx(other.path, kept);
  await check(prefixed, keeping, '/rt');
  assert.equal((await fetch(`${prefixed.streamUrl.replace('ws', 'http')}/stream/s/g`)).status, 404);
});

test('nginx with a path behind proxy_pass gives another group, as the document warns', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: yaml(), directory: directory.path });
  await using caller = await Caller.open(server.engineUrl);
  await caller.set('s', 'a/b', 'i', 'wanted');
  await caller.set('s', 'a', 'b', 'another');
  const [plain = ''] = await documented('nginx');
  const trap = at(plain, server).replace(/proxy_pass (http:\/\/[\d.:]+);/, 'proxy_pass $1/;');
  await using nginx = await startNginx(directory.path, trap);
  const found = await fetch(`${nginx.url}/stream/s/a%2Fb?values=1`);
  assert.equal(await found.json(), 'another');
});

test('HAProxy with the documented lines, its health check included', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: yaml(), directory: directory.path });
  const [block = ''] = await documented('haproxy');
  const lines = at(block, server).replace(/check$/m, 'check inter 100ms');
  await using haproxy = await startHaproxy(directory.path, lines);
  await check(server, haproxy);
});

test('HAProxy turns away from a server that drains, before its clients are closed', async () => {
  await using directory = await temporaryDirectory();
  await using server = await startServer({ yaml: yaml('drain_ms: 4000'), directory: directory.path });
  const { adminUrl, streamUrl } = server;
  const [block = ''] = await documented('haproxy');
  const lines = at(block, server).replace(/check$/m, 'check inter 50ms');
  await using haproxy = await startHaproxy(directory.path, lines);
  const client = new WebSocket(`${streamUrl}/stream/s/g`);
  await once(client, 'message');
  const closed = once(client, 'close');
  const order: string[] = [];
  void closed.then(() => order.push('closed'));
  assert.equal((await fetch(`${haproxy.url}/stream/s/g`)).status, 200);
  const stopped = server.stop();
  const ready = await untilStatus(`${adminUrl}/readyz`, 503);
  assert.match(await ready.text(), /shuts down/);
  order.push('not ready');
  const direct = await fetch(`${streamUrl.replace('ws', 'http')}/stream/s/g`);
  assert.equal(direct.status, 200, 'whoever still comes is served');
  await untilStatus(`${haproxy.url}/stream/s/g`, 503);
  order.push('turned away');
  const [code] = await closed;
  assert.equal(code, 1001);
  assert.deepEqual(order, ['not ready', 'turned away', 'closed']);
  assert.equal(await stopped, 0);
});

async function untilStatus(url: string, status: number): Promise<Response> {
  for (;;) {
    const reply = await fetch(url);
    if (reply.status === status) return reply;
    await reply.body?.cancel();
  }
}
