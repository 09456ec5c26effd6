import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { FakeLogger } from '../socket/testing/harness.js';
import { Listener } from './listener.js';
import { SentBytes } from './sent-bytes.js';

// websockets/ws#1673
test('a wish for another protocol is ignored, with a body and on a connection that goes on', async (t) => {
  const sent = new SentBytes();
  const seen: string[] = [];
  const listener = new Listener({
    scheme: 'http',
    host: '127.0.0.1',
    port: 0,
    name: 'the listener',
    key: 'port',
    logger: new FakeLogger(),
    sent,
    onRequest: async (request, response) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      const { method, url, headers } = request;
      seen.push(`${method} ${url} ${headers.connection} ${headers.upgrade} ${headers['x-name']} ${body}`);
      response.end('done');
    },
    onUpgrade: (_, socket) => {
      seen.push('upgrade');
      socket.end();
    },
  });
  const { port } = await listener.listen();
  t.after(() => listener.close(0, () => {}));
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  let replies = '';
  socket.setEncoding('utf8').on('data', (text) => {
    replies += text;
  });
  const replied = async (count: number): Promise<void> => {
    while (replies.split('done').length <= count) await once(socket, 'data');
  };
  const wish =
    'Host: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAA\r\n';
  socket.write(`POST /a HTTP/1.1\r\n${wish}X-Name: \xe9\r\nContent-Length: 6\r\n\r\nab`, 'latin1');
  await once(socket, 'ready');
  socket.write('cdef');
  await replied(1);
  socket.write(`GET /b HTTP/1.1\r\n${wish}\r\nGET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await replied(3);
  await once(socket, 'close');
  assert.deepEqual(seen, [
    'POST /a  undefined \xe9 abcdef',
    'GET /b  undefined undefined ',
    'GET /c close undefined undefined ',
  ]);
  assert.equal(sent.total, replies.length, 'a connection that is read again is counted once');

  const other = connect(port, '127.0.0.1');
  other.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n');
  other.resume();
  await once(other, 'close');
  assert.equal(seen.at(-1), 'upgrade');
});
