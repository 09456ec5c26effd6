import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { encodeTextFrames } from './frames.js';

/** What a real client reads from these bytes. */
async function readBack(t: TestContext, bytes: Buffer): Promise<string[]> {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    server.handleUpgrade(request, socket, head, (ws) => {
      socket.write(bytes);
      ws.close(1000);
    });
  });
  t.after(() => {
    http.close();
    http.closeAllConnections();
    for (const ws of server.clients) ws.terminate();
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const received: string[] = [];
  client.on('message', (data, isBinary) => {
    assert.equal(isBinary, false);
    received.push(data.toString());
  });
  const [code] = await once(client, 'close');
  assert.equal(code, 1000, 'the client saw no protocol error');
  return received;
}

test('a real client reads every length class and any Unicode back, from one buffer', async (t) => {
  const messages = [
    '',
    'a',
    'x'.repeat(125),
    'x'.repeat(126),
    'x'.repeat(65_535),
    'x'.repeat(65_536),
    'é'.repeat(62),
    'é'.repeat(63),
    '€'.repeat(21_845),
    `${'€'.repeat(21_845)}!`,
    '😀 ключ ☃',
  ];
  assert.deepEqual(await readBack(t, encodeTextFrames(messages)), messages);
});

test('lone surrogates become the replacement character instead of a protocol error', async (t) => {
  assert.deepEqual(await readBack(t, encodeTextFrames(['a\ud800b', 'ok'])), ['a\ufffdb', 'ok']);
});

test('no messages are no bytes', () => {
  assert.equal(encodeTextFrames([]).length, 0);
});
